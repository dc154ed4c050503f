// How the server is built: our modules floor by floor, and in one file the packages that they use.

import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, normalizePath } from 'vite'
import { nativeSpread } from './server/build/native-spread.ts'
import { oneByteSource } from './server/build/one-byte-source.ts'

const folder = normalizePath(fileURLToPath(new URL('server', import.meta.url)))

/**
 * A start reads and keeps each of the hundreds of files of a package; bundled, only the used code
 * is left. These stay as they are: they are native, start threads from files of their own, are read
 * as files, or are loaded only on demand.
 */
const leftAlone = [
  'libsql',
  '@node-rs/bcrypt',
  'piscina',
  '@fastify/swagger-ui',
  'pg',
  'prom-client',
  'nodemailer',
  '@simplewebauthn/server',
]

/** Each thread runs a file of its own, which lies beside the floor that starts it. */
const threads = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => normalizePath(file))
    .filter((file) => file.endsWith('-worker.js'))
    .map((file) => [`${file.split('/')[0]}/${basename(file, '.js')}`, `${folder}/${file}`]),
)

export default defineConfig({
  root: folder,
  plugins: [nativeSpread(), oneByteSource()],
  ssr: { noExternal: true, external: leftAlone },
  build: {
    ssr: true,
    target: 'node20.19',
    minify: false,
    sourcemap: true,
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        main: `${folder}/main.ts`,
        cli: `${folder}/cli.ts`,
        embed: `${folder}/embed.ts`,
        ...threads,
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        codeSplitting: {
          groups: [
            // Loaded by a thread too, which needs nothing else.
            { name: 'auth/bcrypt', test: /\/bcrypt-engine\.js$|\/node_modules\/bcryptjs\// },
            { name: 'packages', test: /\/node_modules\// },
            // Beside the files of its threads, which it finds relative to itself.
            { name: 'auth/auth', test: (id) => isIn('auth', id) && !id.endsWith('-worker.js') },
            { name: 'http/http', test: (id) => isIn('http', id) },
          ],
        },
      },
    },
  },
})

function isIn(floor: string, file: string): boolean {
  return file.startsWith(`${folder}/${floor}/`)
}
