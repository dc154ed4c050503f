// Several Keycards on one database, like processes of their own but without HTTP: for rules of many nodes.

import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { readConfig } from '../config.ts'
import type { TokenResponse } from '../contract/oauth.ts'
import { type AllServices, createServices } from '../services.ts'
import { cheapestBcryptCost } from './test-app.ts'

/** All of them have it, and no other does. */
const masterKey = randomBytes(32).toString('base64')

interface Place {
  /** Of a PostgreSQL. */
  url?: string | undefined
  dataDir?: string
}

export async function openProcess({ url = '', dataDir }: Place): Promise<AllServices> {
  const services = await createServices(
    readConfig({
      DATABASE_URL: url,
      ...(dataDir !== undefined && { DATA_DIR: dataDir }),
      MASTER_KEY: masterKey,
      LOG_LEVEL: 'silent',
    }),
    { bcryptCost: cheapestBcryptCost },
  )
  onTestFinished(() => services.close())
  return services
}

/** As `johndoe`, with a program. */
export async function signIn({
  passwordGrant,
  clients,
}: Pick<AllServices, 'passwordGrant' | 'clients'>): Promise<Required<TokenResponse>> {
  const { tokens } = await passwordGrant({
    username: 'johndoe',
    password: 'secret',
    scope: undefined,
    client: clients.web,
    transport: 'bearer',
    device: { address: null, userAgent: null },
  })
  return tokens
}

/** true, or why it is refused. */
export async function opens(
  { identities }: Pick<AllServices, 'identities'>,
  accessToken: string,
): Promise<string | true> {
  return identities.authenticateToken(accessToken).then(
    () => true as const,
    (error: { reason: string }) => error.reason,
  )
}
