// `npm run interop -- <part>`: Keycard with software by others: clients, browsers, linters.

import { interopBrowsers } from './browsers.ts'
import { interopClients } from './clients.ts'
import { interopOpenapi } from './openapi.ts'

/** Each returns true where it went well. */
const parts: Record<string, (args: readonly string[]) => Promise<boolean>> = {
  clients: interopClients,
  browsers: interopBrowsers,
  openapi: interopOpenapi,
}

const [name = 'clients', ...args] = process.argv.slice(2)
const run = Object.hasOwn(parts, name) ? parts[name] : undefined
if (run) {
  process.exitCode = (await run(args)) ? 0 : 1
} else {
  console.error(`Run "npm run interop", or with ${Object.keys(parts).join(' or ')} behind it.`)
  process.exitCode = 1
}
