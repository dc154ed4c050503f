// How the browser's part is built and served while developing: two entries, the app and the door.

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressAssets } from './client/build/compress-assets.ts'
import { proxyToServer, servePages } from './client/build/dev-server.ts'
import { prerenderLogin } from './client/build/prerender-login.ts'

export default defineConfig({
  root: 'client',
  appType: 'mpa',
  plugins: [react(), servePages(), prerenderLogin(), compressAssets()],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    // What is inlined as data: is what the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The first releases that know light-dark(): older targets would get a bulky imitation.
    target: ['chrome123', 'firefox120', 'safari17.5', 'ios17.5'],
    rolldownOptions: {
      input: { app: 'client/index.html', login: 'client/login.html' },
      // @trpc/client does not say so of itself, and its WebSocket link would come along unused.
      treeshake: { moduleSideEffects: [{ test: /@trpc\/client/, sideEffects: false }] },
      // One file of React that both entries share, under a name that tells what it is.
      output: {
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// }],
        },
      },
    },
  },
  server: { port: 5173, strictPort: true, proxy: proxyToServer('http://localhost:3000') },
})
