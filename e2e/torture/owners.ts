// Accounts that a torture imports by the thousand, and the owners of some, on devices they have used.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { runKeycard } from '../support/keycard-process.ts'
import { askJson } from './ask.ts'
import type { Nodes } from './nodes.ts'

/** Of all of them. */
export const ownersPassword = 'nine wet umbrellas by the door'

export interface Owner {
  username: string
  /** The device cookie. */
  cookie: string
}

/** As from other software: all with one hash. */
export async function importAccounts({ env }: Nodes, accounts: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keycard-stuffing-'))
  const file = join(folder, 'accounts.jsonl')
  const password_hash = hashSync(ownersPassword, 10)
  const lines = accounts.map((username) => JSON.stringify({ username, password_hash }))
  await writeFile(file, lines.join('\n'))
  const { code, stderr } = await runKeycard('cli', ['import-users', file], { env })
  await rm(folder, { recursive: true })
  if (code !== 0) throw new Error(stderr)
}

export async function signInOwners(
  { urls }: Nodes,
  usernames: readonly string[],
): Promise<Owner[]> {
  const owners: Owner[] = []
  for (const username of usernames) {
    const { headers } = await askJson(`${urls[0]}/trpc/auth.login`, {
      headers: { 'sec-fetch-site': 'same-origin' },
      content: { username, password: ownersPassword },
    })
    const cookies = (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0] ?? '')
    const cookie = cookies.find((text) => text.startsWith('keycard-device='))
    if (cookie === undefined) throw new Error(`${username} is given no device cookie`)
    owners.push({ username, cookie })
  }
  return owners
}
