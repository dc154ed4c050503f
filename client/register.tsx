// The entry of the registration page: hydrates what the server sent.

import './styles/register.css'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { readPrerenderedView } from './pages/register/opening-view.ts'
import { RegisterPage } from './pages/register/register-page.tsx'

const root = document.getElementById('root') as HTMLElement

if (import.meta.env.DEV) {
  // The development server prerenders nothing, and knows all pages; the built page does not.
  const { readViewFromAddress } = await import('./pages/register/address-view.ts')
  createRoot(root).render(<RegisterPage initial={readViewFromAddress(location.search)} />)
} else {
  hydrateRoot(root, <RegisterPage initial={readPrerenderedView(root)} />)
}
