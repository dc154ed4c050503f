// How the browser's part is built and served while developing: the app, sign-in, registration,
// the page of mail links, and the page of a refusal.

import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type InlineConfig, loadEnv } from 'vite'
import { buildLanguages } from './client/build/build-languages.ts'
import { compressAssets } from './client/build/compress-assets.ts'
import { proxyToServer, servePages } from './client/build/dev-server.ts'
import { english, type Language, readLanguages } from './client/build/language.ts'
import { logoIcon } from './client/build/logo-icon.ts'
import { prerenderPages } from './client/build/prerender-pages.ts'
import { pseudoLanguage } from './client/build/pseudo-language.ts'
import { scriptsAfterPaint } from './client/build/scripts-after-paint.ts'
import { sharedHead } from './client/build/shared-head.ts'
import { translateTexts } from './client/build/translate-texts.ts'
import { nativeSpread, shortHelper } from './server/build/native-spread.ts'
import { readEnvFile } from './server/settings/env-file.js'

/**
 * Where `npm run dev` has its server: from the environment or .env, as the server itself reads it.
 */
const settings = { ...readEnvFile(pathTo('.env')), ...loadEnv('development', pathTo('.'), 'PORT') }
const serverPort = settings.PORT || '3000'

/** What every page of the app loads first and the sign-in page does not: one file compresses best. */
const appShell = new RegExp(
  [
    '/@tanstack/|/@trpc/react-query/|httpBatchLink|vite/preload-helper',
    'contract/(app-pages|features|[a-z-]+/feature)\\.ts',
    'client/api/([a-z-]+|streams/subscription-link)\\.tsx?',
    'client/session/(?!auth-client|card-number)[a-z-]+\\.tsx?',
    'client/strings/shell\\.ts',
  ].join('|'),
)

/** A test asks for the language that nobody speaks: `vite build --mode pseudo`. */
export default defineConfig(({ mode }) => {
  const languages = mode === 'pseudo' ? [english, pseudoLanguage] : readLanguages()
  const describe = (language: Language) => describeBuild(language, languages)
  const { plugins, ...config } = describe(english)
  return { ...config, plugins: [plugins, buildLanguages(languages, describe), compressAssets()] }
})

function pluginsFor(language: Language, languages: readonly Language[]) {
  return [
    translateTexts(language),
    react({ jsxImportSource: '#jsx' }),
    nativeSpread(shortHelper),
    sharedHead(),
    logoIcon(),
    servePages(),
    scriptsAfterPaint(),
    prerenderPages(language, languages),
  ]
}

/** The pages in one language. */
function describeBuild(language: Language, languages: readonly Language[]): InlineConfig {
  return {
    root: 'client',
    appType: 'mpa',
    plugins: pluginsFor(language, languages),
    define: {
      'import.meta.env.LANGUAGES': JSON.stringify(
        languages.map(({ tag, name }) => ({ tag, name })),
      ),
    },
    build: {
      outDir: '../dist/client',
      emptyOutDir: true,
      // The content security policy refuses files that are inlined as data: URLs.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The first releases that support light-dark(): older targets would get a bulky imitation.
      target: ['chrome123', 'firefox120', 'safari17.5', 'ios17.5'],
      rolldownOptions: {
        input: {
          app: pathTo('client/index.html'),
          login: pathTo('client/login.html'),
          register: pathTo('client/register.html'),
          mail: pathTo('client/mail.html'),
          refusal: pathTo('client/refusal.html'),
          'after-paint': pathTo('client/after-paint.ts'),
        },
        // @trpc/client does not declare it, and its unused WebSocket link would be bundled.
        treeshake: { moduleSideEffects: [{ test: /@trpc\/client/, sideEffects: false }] },
        // One file for code that several pages share, and not one for each part of it.
        output: {
          codeSplitting: {
            groups: [
              { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
              {
                name: 'auth',
                test: /client\/(pages\/(auth-page|sign-in)\/|strings\/sign-in\.ts)|contract\/(pages\/sign-in-page|return-path)/,
                includeDependenciesRecursively: false,
              },
              {
                name: 'api',
                test: appShell,
                includeDependenciesRecursively: false,
              },
              {
                name: 'parts',
                test: /client\/(components\/(modal-dialog|question-dialog|show-more|skeleton|forms\/use-field-problems|use-later-focus)|strings\/(list|fields))\./,
                includeDependenciesRecursively: false,
              },
            ],
          },
        },
      },
    },
    server: {
      port: 5173,
      strictPort: true,
      proxy: proxyToServer(`http://localhost:${serverPort}`),
    },
  }
}

/** Absolute, because the build and the development server resolve relative ones differently. */
function pathTo(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
