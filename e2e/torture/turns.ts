// Honest people sign in, on known and new devices, while one account is right again and again, and
// a botnet is wrong at others; and a thousand device cookies after a change of the password.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createDeviceTokens } from '../../server/auth/devices/device-tokens.ts'
import { createMasterKeys } from '../../server/auth/secrets/master-key.ts'
import { readArguments } from './arguments.ts'
import { type Answer, askJson, postForm } from './ask.ts'
import { type Nodes, startNodes } from './nodes.ts'
import { importAccounts, type Owner, ownersPassword as password, signInOwners } from './owners.ts'
import { type Finding, judge } from './table.ts'

/** How long an honest person tries, in milliseconds, coming again when asked to. */
const patienceMs = 10_000
/** How often two of them arrive, one on a known device and one on a new one. */
const honestEveryMs = 1_000
const guessesPromised = 20

/**
 * `args`: for how many seconds each, 60 by default. Control: the honest cannot be told from the
 * attacker, and what was guessed is forgotten after every fifth guess.
 */
export async function tortureTurns(args: readonly string[]): Promise<boolean> {
  const { count: seconds, control } = readArguments(args, 60)
  const findings: Finding[] = []
  // What a quiet machine hashes at cost 10 without a queue is no control.
  for (const cost of control ? ['12'] : ['10', '12']) {
    findings.push(...(await runBeside(oneAccount, { seconds, control, cost })))
  }
  findings.push(...(await runBeside(botnet, { seconds, control, cost: '10' })))
  findings.push(await guessAfterChange(seconds, control))
  return judge(`sign-ins beside an attack, ${seconds} s each`, findings, control)
}

/** One request of an attack, and its number in it. */
interface Attack {
  what: string
  perSecond: number
  send(url: string, index: number, attacker: Owner): Promise<Answer>
}

const attackersAddress = '127.66.0.1'

const oneAccount: Attack = {
  what: 'one account, right 15 times a second',
  perSecond: 15,
  send: (url, _index, attacker) => signIn(url, attacker, attackersAddress),
}

const botnet: Attack = {
  what: '100 addresses, wrong 50 times a second at 1,000 accounts',
  perSecond: 50,
  send: (url, index) =>
    postForm(
      `${url}/token`,
      { username: `account-${index % 1_000}`, password: 'wrong' },
      `127.66.1.${1 + (index % 100)}`,
    ),
}

interface Scene {
  seconds: number
  control: boolean
  cost: string
}

async function runBeside(attack: Attack, { seconds, control, cost }: Scene): Promise<Finding[]> {
  const nodes = await startNodes(1, { env: { BCRYPT_COST: cost } })
  const [url = ''] = nodes.urls
  try {
    const people = Array.from({ length: seconds }, (_unused, index) => `known-${index}`)
    const strangers = Array.from({ length: seconds }, (_unused, index) => `new-${index}`)
    const attacked = Array.from({ length: 1_000 }, (_unused, index) => `account-${index}`)
    await importAccounts(nodes, [...attacked, ...people, ...strangers, 'attacker'])
    const known = await signInOwners(nodes, people)
    const [attacker = withoutCookie('attacker')] = await signInOwners(nodes, ['attacker'])
    const honest = { known, new: strangers.map(withoutCookie) }
    const letIn = { known: 0, new: 0 }
    let isOver = false
    const attacking = (async () => {
      const open = new Set<Promise<unknown>>()
      for (let index = 0; !isOver; index++) {
        const sent = attack.send(url, index, attacker).catch(() => {})
        open.add(sent)
        void sent.then(() => open.delete(sent))
        await sleep(1_000 / attack.perSecond)
      }
      await Promise.all(open)
    })()
    await sleep(2_000)
    const coming: Promise<void>[] = []
    for (let index = 0; index < seconds; index++) {
      for (const [kind, owners] of Object.entries(honest) as ['known' | 'new', Owner[]][]) {
        const owner = control ? withoutCookie(attacker.username) : owners[index]
        const from = control ? attackersAddress : `127.77.${kind === 'known' ? 1 : 2}.${1 + index}`
        if (!owner) continue
        const come = async () => {
          if (await isLetIn(url, owner, from)) letIn[kind] += 1
        }
        coming.push(come())
      }
      await sleep(honestEveryMs)
    }
    await Promise.all(coming)
    isOver = true
    await attacking
    const find = (kind: 'known' | 'new', least: number): Finding => ({
      what: `${attack.what}, cost ${cost}: signed in on ${kind} devices`,
      seen: `${letIn[kind]} of ${seconds}`,
      promised: `≥ ${least * 100} % within 10 s`,
      kept: letIn[kind] >= least * seconds,
    })
    return [find('known', 0.95), find('new', 0.8)]
  } finally {
    await nodes.stop()
  }
}

const withoutCookie = (username: string): Owner => ({ username, cookie: '' })

function signIn(url: string, { username, cookie }: Owner, from: string): Promise<Answer> {
  return askJson(`${url}/trpc/auth.login`, {
    from,
    headers: { 'sec-fetch-site': 'same-origin', cookie },
    content: { username, password },
  })
}

/** Comes again later when asked to. */
async function isLetIn(url: string, owner: Owner, from: string): Promise<boolean> {
  const endsAtMs = performance.now() + patienceMs
  while (performance.now() < endsAtMs) {
    const { status, headers } = await signIn(url, owner, from)
    if (status === 200) return performance.now() <= endsAtMs
    await sleep(Number(headers['retry-after'] ?? 1) * 1_000)
  }
  return false
}

/**
 * Each guess with another of a thousand cookies, from another address, at once and without a pause.
 */
async function guessAfterChange(seconds: number, control: boolean): Promise<Finding> {
  const masterKey = randomBytes(32)
  const nodes = await startNodes(1, { env: { MASTER_KEY: masterKey.toString('base64') } })
  const [url = ''] = nodes.urls
  const database = new pg.Pool({ connectionString: nodes.postgres.url, max: 1 })
  try {
    await importAccounts(nodes, ['owner'])
    const cookies = await knowDevices(database, masterKey, 1_000)
    await changePassword(nodes)
    let looked = 0
    const endsAtMs = performance.now() + seconds * 1_000
    for (let index = 0; performance.now() < endsAtMs; index++) {
      const { status } = await askJson(`${url}/trpc/auth.login`, {
        from: `127.88.${index % 200}.${1 + (index % 250)}`,
        headers: { 'sec-fetch-site': 'same-origin', cookie: cookies[index % 1_000] ?? '' },
        content: { username: 'owner', password: 'wrong' },
      })
      if (status === 401) looked += 1
      if (control && looked % 5 === 0) await database.query('delete from throttle_counters')
    }
    return {
      what: `guesses checked in ${seconds} s after a change of the password, with 1,000 device cookies`,
      seen: String(looked),
      promised: `≤ ${guessesPromised}`,
      kept: looked <= guessesPromised,
    }
  } finally {
    await database.end()
    await nodes.stop()
  }
}

async function knowDevices(database: pg.Pool, masterKey: Buffer, count: number): Promise<string[]> {
  const tokens = createDeviceTokens(createMasterKeys([masterKey]))
  const ids = Array.from({ length: count }, () => randomBytes(16).toString('base64url'))
  await database.query(
    `insert into known_devices (user_id, device_id, created_at_ms, last_used_at_ms)
      select users.id, device_id, $2::bigint, $2::bigint
      from users, unnest($1::text[]) as device_id where username = 'owner'`,
    [ids, Date.now()],
  )
  return ids.map((id) => `keycard-device=${tokens.make(id)}`)
}

async function changePassword({ urls: [url = ''] }: Nodes): Promise<void> {
  const { body } = await signIn(url, withoutCookie('owner'), attackersAddress)
  const { status } = await askJson(`${url}/trpc/account.changePassword`, {
    accessToken: JSON.parse(body).result.data.access_token,
    content: { current_password: password, new_password: 'ten dry umbrellas by the door' },
  })
  if (status !== 200) throw new Error(`the password was not changed: ${status}`)
}
