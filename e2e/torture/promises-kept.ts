// Whether everything a client was promised is true, asked over HTTP as the client would.

import { setTimeout as sleep } from 'node:timers/promises'
import { ask, call } from './ask.ts'
import { type Person, tradeToken, trySignIn } from './ledger.ts'

/**
 * What was lost of it, in words. From now on, the possible outcomes are narrowed to the actual one.
 * @throws Error where an answer is missing
 */
export async function findLosses(url: string, person: Person): Promise<string[]> {
  const lost: string[] = []
  const lose = (what: string) => lost.push(`${person.username}: ${what}`)

  for (const tokens of person.endedTokens.splice(0)) {
    if ((await call(url, tokens.access_token)) !== 401) lose('a session that was over lives')
    if ((await tradeToken(url, tokens)).status !== 400) lose('a session that was over is refreshed')
  }
  for (const password of person.oldPasswords.splice(0)) {
    if ((await statusOf(url, person, password)) !== 401) lose('the old password opens')
  }
  if (person.isDeleted) {
    if ((await call(url, person.tokens.access_token)) !== 401) lose('deleted, and yet signed in')
    if ((await statusOf(url, person, person.passwords[0])) !== 401) lose('not deleted')
    return lost
  }

  const traded = await tradeToken(url, person.tokens)
  if (traded.status !== 200) {
    // A user whose deletion was not answered may be gone.
    if (!person.mayBeDeleted) lose(`the session: ${traded.status}`)
    return lost
  }
  person.mayBeDeleted = false
  person.tokens = JSON.parse(traded.body)
  lost.push(...(await findLostData(url, person)))
  if (!(await settlePassword(url, person))) lose('no password opens, or two do')
  return lost
}

async function findLostData(url: string, person: Person): Promise<string[]> {
  const lost: string[] = []
  const me: { full_name: string | null } = await read(url, '/api/users/me', person)
  if (!person.fullNames.includes(me.full_name)) lost.push(`${person.username}: the name`)
  person.fullNames = [me.full_name]

  const found = new Set<string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { items: { id: string }[]; next_cursor: string | null } = await read(
      url,
      `/api/items?limit=100${query}`,
      person,
    )
    for (const { id } of page.items) found.add(id)
    cursor = page.next_cursor
  }
  for (const id of person.items) if (!found.has(id)) lost.push(`${person.username}: item ${id}`)
  for (const id of person.removedItems) {
    if (found.has(id)) lost.push(`${person.username}: item ${id} is back`)
  }
  return lost
}

async function read<Content>(url: string, path: string, { tokens }: Person): Promise<Content> {
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const answer = await ask(`${url}${path}`, { headers })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body}`)
  return JSON.parse(answer.body)
}

/** Exactly one of the possible passwords works. Checked only where it is in doubt. */
async function settlePassword(url: string, person: Person): Promise<boolean> {
  if (person.passwords.length === 1 && !person.isPasswordNew) return true
  const opening: string[] = []
  for (const password of person.passwords) {
    if ((await statusOf(url, person, password)) === 200) opening.push(password)
  }
  person.passwords = opening
  person.isPasswordNew = false
  return opening.length === 1
}

/** The answer that was not "too many attempts". */
async function statusOf(url: string, person: Person, password: string | undefined) {
  for (;;) {
    const { status, headers } = await trySignIn(url, person, password)
    if (status !== 429) return status
    await sleep(Number(headers['retry-after']) * 1_000)
  }
}
