// Sends one request over and over on a few connections.

import { formatRequest, openConnection, type Request, requireOk } from './connection.ts'

export interface Target extends Request {
  port: number
}

interface LoadOptions {
  /** 16 by default. */
  connections?: number
}

/**
 * Resolves when `count` answers have come.
 * @throws Error at the first answer that is not 200
 */
export async function sendCalls(
  target: Target,
  count: number,
  { connections = 16 }: LoadOptions = {},
): Promise<void> {
  const request = formatRequest(target)
  let left = count
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await openConnection(target.port)
      try {
        while (left-- > 0) requireOk(await connection.send(request))
      } finally {
        connection.close()
      }
    }),
  )
}
