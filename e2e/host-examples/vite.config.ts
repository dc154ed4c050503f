// vite.config.ts of your page, while developing: Keycard's paths are at your page's own origin.

import { defineConfig } from 'vite'

/** In this form Vite leaves the Host as it is, so that the page counts as Keycard's own. */
const keycard = { target: process.env.KEYCARD_URL ?? 'http://localhost:3000' }

export default defineConfig({
  server: { proxy: { '^/(trpc|api|token|revoke)([/?]|$)': keycard } },
})
