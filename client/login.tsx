// The entry of the sign-in page: hydrates what the server sent.

import './styles/login.css'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { readPrerenderedView } from './pages/sign-in/opening-view.ts'
import { SignInPage } from './pages/sign-in/sign-in-page.tsx'

const root = document.getElementById('root') as HTMLElement

if (import.meta.env.DEV) {
  // The development server prerenders nothing, and knows all pages; the built page does not.
  const { readViewFromAddress } = await import('./pages/sign-in/address-view.ts')
  createRoot(root).render(<SignInPage initial={readViewFromAddress(location.search)} />)
} else {
  hydrateRoot(root, <SignInPage initial={readPrerenderedView(root)} />)
}
