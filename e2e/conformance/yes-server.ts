// A server with one answer to everything: a requirement that passes here checks nothing.

import { createServer } from 'node:http'
import { findFreePort } from '../support/test-server.ts'

export async function startYesServer(
  status: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const port = await findFreePort()
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve))
  return {
    url: `http://localhost:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
