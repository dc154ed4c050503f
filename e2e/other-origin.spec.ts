// A page of yours on another origin: it signs in, calls, refreshes and signs out, and no cookie is there.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { transformWithOxc } from 'vite'
import { expect, test } from './support/fixtures.ts'
import { startTestServer } from './support/test-server.ts'

const example = new URL('client-examples/fetch.ts', import.meta.url)

test('R19: the example by fetch runs on an origin that ALLOWED_ORIGINS names, and on no other', async ({
  page,
  context,
}) => {
  const other = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end('<title>Elsewhere</title>')
  })
  await new Promise<void>((resolve) => other.listen(0, resolve))
  const { port } = other.address() as AddressInfo
  const server = await startTestServer({ env: { ALLOWED_ORIGINS: `http://localhost:${port}` } })
  const { code } = await transformWithOxc(readFileSync(example, 'utf8'), 'fetch.ts')
  const script = code.replace('http://localhost:3000', server.url)

  const run = async (host: string) => {
    await page.goto(`http://${host}:${port}/`)
    const said = page.waitForEvent('console')
    await page.evaluate(
      (text) =>
        import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))).catch((error) =>
          console.log(String(error)),
        ),
      script,
    )
    return (await said).text()
  }
  expect(await run('localhost')).toBe('me')
  expect(await context.cookies()).toEqual([])
  expect(await run('127.0.0.1')).toMatch(/blocked by CORS|TypeError/)

  await server.close()
  other.close()
  other.closeAllConnections()
})
