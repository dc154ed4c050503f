// What clients were promised: people who keep changing things, and the answer to each change.

import { randomBytes } from 'node:crypto'
import { type Answer, ask, askJson, postForm, type TokenAnswer } from './ask.ts'

/**
 * One person, as their client knows them. Where a change was not answered, both outcomes are
 * possible.
 */
export interface Person {
  username: string
  /** One of them signs in, the others do not. */
  passwords: string[]
  /** Not signed in with since it was set. */
  isPasswordNew: boolean
  /** Those that were given up, and whose end was confirmed. */
  oldPasswords: string[]
  fullNames: (string | null)[]
  items: Set<string>
  removedItems: Set<string>
  tokens: TokenAnswer
  /** Of sessions whose end was confirmed. */
  endedTokens: TokenAnswer[]
  /** Deletion was confirmed. */
  isDeleted: boolean
  /** Deletion was requested and not answered. */
  mayBeDeleted: boolean
}

export interface Ledger {
  people: Person[]
  acknowledged: number
  /** Changes that the client cannot know the outcome of. */
  unknown: number
  /** What no client expects: a 500, or a refusal of what must be possible. */
  wrongAnswers: string[]
}

export function openLedger(): Ledger {
  return { people: [], acknowledged: 0, unknown: 0, wrongAnswers: [] }
}

/** One line of changes, each after the answer to the one before, until there is none. */
export async function keepWriting(ledger: Ledger, url: string): Promise<Person[]> {
  const touched: Person[] = []
  let person = ledger.people.shift() ?? (await signUp(ledger, url))
  while (person) {
    touched.push(person)
    let isAnswered = true
    while (isAnswered && !person.isDeleted) {
      isAnswered = await pickChange(person)({ ledger, url, person })
    }
    person = isAnswered ? await signUp(ledger, url) : undefined
  }
  return touched
}

interface Step {
  ledger: Ledger
  url: string
  person: Person
}

/** @returns false where no answer came, or "later" */
type Change = (step: Step) => Promise<boolean>

const changes: readonly (readonly [share: number, change: Change, takesPassword: boolean])[] = [
  [30, refresh, false],
  [30, addItem, false],
  [10, removeItem, false],
  [20, rename, false],
  [6, signInAndOut, true],
  [4, changePassword, true],
  [2, deleteAccount, true],
]

/** People who do not know their password make changes that need none. */
function pickChange({ passwords }: Person): Change {
  let left = Math.random() * changes.reduce((sum, [share]) => sum + share, 0)
  for (const [share, change, takesPassword] of changes) {
    left -= share
    if (left < 0) return takesPassword && passwords.length > 1 ? refresh : change
  }
  return refresh
}

/** Sends it, and records the answer in the ledger. undefined where the outcome is not known. */
async function send(
  ledger: Ledger,
  what: string,
  run: () => Promise<Answer>,
): Promise<Answer | undefined> {
  const answer = await run().catch(() => undefined)
  // 429: a sign-in that was cut off counts as one that failed.
  if (answer === undefined || answer.status === 503 || answer.status === 429) {
    ledger.unknown += 1
    return undefined
  }
  if (answer.status < 300) ledger.acknowledged += 1
  else ledger.wrongAnswers.push(`${what}: ${answer.status} ${answer.body.slice(0, 120)}`)
  return answer.status < 300 ? answer : undefined
}

const makePassword = () => randomBytes(15).toString('base64url')

async function signUp(ledger: Ledger, url: string): Promise<Person | undefined> {
  const username = `person-${randomBytes(6).toString('hex')}`
  const password = makePassword()
  const answer = await send(ledger, 'sign-up', () =>
    askJson(`${url}/trpc/auth.register`, { content: { username, password } }),
  )
  if (!answer) return undefined
  const { result } = JSON.parse(answer.body) as { result: { data: TokenAnswer } }
  return {
    username,
    passwords: [password],
    isPasswordNew: true,
    oldPasswords: [],
    fullNames: [null],
    items: new Set(),
    removedItems: new Set(),
    tokens: result.data,
    endedTokens: [],
    isDeleted: false,
    mayBeDeleted: false,
  }
}

async function refresh({ ledger, url, person }: Step): Promise<boolean> {
  const answer = await send(ledger, 'refresh', () => tradeToken(url, person.tokens))
  if (!answer) return false
  person.tokens = JSON.parse(answer.body)
  return true
}

export function tradeToken(url: string, { refresh_token }: TokenAnswer): Promise<Answer> {
  return postForm(`${url}/token`, { grant_type: 'refresh_token', refresh_token })
}

async function addItem({ ledger, url, person }: Step): Promise<boolean> {
  const answer = await send(ledger, 'new item', () =>
    askJson(`${url}/api/items`, {
      accessToken: person.tokens.access_token,
      content: { title: randomBytes(6).toString('hex') },
    }),
  )
  if (!answer) return false
  person.items.add((JSON.parse(answer.body) as { id: string }).id)
  return true
}

async function removeItem({ ledger, url, person }: Step): Promise<boolean> {
  const [id] = person.items
  if (id === undefined) return true
  person.items.delete(id)
  const headers = { authorization: `Bearer ${person.tokens.access_token}` }
  const answer = await send(ledger, 'item removed', () =>
    ask(`${url}/api/items/${id}`, { method: 'DELETE', headers }),
  )
  if (answer) person.removedItems.add(id)
  return answer !== undefined
}

async function rename({ ledger, url, person }: Step): Promise<boolean> {
  const fullName = `Name ${randomBytes(4).toString('hex')}`
  person.fullNames.push(fullName)
  const answer = await send(ledger, 'profile', () =>
    askJson(`${url}/api/users/me`, {
      method: 'PATCH',
      accessToken: person.tokens.access_token,
      content: { full_name: fullName },
    }),
  )
  if (answer) person.fullNames = [fullName]
  return answer !== undefined
}

async function signInAgain({ ledger, url, person }: Step): Promise<TokenAnswer | undefined> {
  const answer = await send(ledger, 'sign-in', () => trySignIn(url, person, person.passwords[0]))
  return answer && JSON.parse(answer.body)
}

export function trySignIn(url: string, { username }: Person, password = ''): Promise<Answer> {
  return postForm(`${url}/token`, { username, password })
}

async function signInAndOut(step: Step): Promise<boolean> {
  const { ledger, url, person } = step
  const second = await signInAgain(step)
  if (!second) return false
  const answer = await send(ledger, 'sign-out', () =>
    postForm(`${url}/revoke`, { token: second.refresh_token }),
  )
  if (answer) person.endedTokens.push(second)
  return answer !== undefined
}

/** A second session exists so that this one can end it. */
async function changePassword(step: Step): Promise<boolean> {
  const { ledger, url, person } = step
  const second = await signInAgain(step)
  if (!second) return false
  const [old = ''] = person.passwords
  const password = makePassword()
  person.passwords.push(password)
  const answer = await send(ledger, 'password', () =>
    askJson(`${url}/api/users/me/password`, {
      accessToken: person.tokens.access_token,
      content: { current_password: old, new_password: password },
    }),
  )
  if (!answer) return false
  person.passwords = [password]
  person.isPasswordNew = true
  person.oldPasswords.push(old)
  person.endedTokens.push(second)
  return true
}

async function deleteAccount({ ledger, url, person }: Step): Promise<boolean> {
  person.mayBeDeleted = true
  const answer = await send(ledger, 'account deleted', () =>
    askJson(`${url}/api/users/me`, {
      method: 'DELETE',
      accessToken: person.tokens.access_token,
      content: { current_password: person.passwords[0] },
    }),
  )
  person.isDeleted = answer !== undefined
  return person.isDeleted
}
