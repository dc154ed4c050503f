// `npm run interop`: clients in other languages, where they are installed, against a server of its own.

import { openTestApp } from '../../server/testing/test-app.ts'
import { findFreePort } from '../support/test-server.ts'
import { tools } from './tools.ts'

/** @returns whether all that ran went well */
export async function interopClients(): Promise<boolean> {
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const keycard = await openTestApp({ env: { PUBLIC_URL: url } })
  await keycard.app.listen({ host: 'localhost', port })
  try {
    const counts = { ran: 0, failed: 0, absent: 0 }
    for (const { name, find, run } of tools) {
      const version = await find()
      if (version === undefined) {
        console.log(`${name}: not installed here, so not run`)
        counts.absent += 1
        continue
      }
      const { isOk, output } = await run(url)
      console.log(`${name} ${version}\n${output.trimEnd()}`)
      counts.ran += 1
      if (!isOk) counts.failed += 1
    }
    const { ran, failed, absent } = counts
    console.log(`\n${ran} tools ran, ${failed} of them failed, ${absent} not installed`)
    return failed === 0
  } finally {
    await keycard.close()
  }
}
