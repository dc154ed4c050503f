// Tokens from the token endpoint, as any client gets them.

import { type Connection, formatForm, openConnection, requireOk } from './connection.ts'
import { crowdPassword } from './crowd.ts'

export interface Tokens {
  access_token: string
  refresh_token: string
}

export async function signIn(
  port: number,
  username = 'johndoe',
  password = crowdPassword,
): Promise<Tokens> {
  const connection = await openConnection(port)
  try {
    return await askForTokens(connection, { username, password })
  } finally {
    connection.close()
  }
}

export function refresh(connection: Connection, { refresh_token }: Pick<Tokens, 'refresh_token'>) {
  return askForTokens(connection, { grant_type: 'refresh_token', refresh_token })
}

async function askForTokens(
  connection: Connection,
  fields: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const { body } = requireOk(await connection.send(formatForm('/token', fields)))
  return JSON.parse(body)
}
