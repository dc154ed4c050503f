// The entry of the app: the session starts before anything is rendered.

import './styles/tokens.css'
import './styles/base.css'
import './styles/app.css'
import './styles/dialogs.css'
import './styles/security-notices.css'
import './styles/theme-choice.css'
import './styles/toast.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiProvider } from './api/api-provider.tsx'
import { App, preloadPage } from './routes.tsx'
import { startSession } from './session/browser-session.ts'

startSession()
preloadPage(location.pathname)

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ApiProvider>
      <App />
    </ApiProvider>
  </StrictMode>,
)
