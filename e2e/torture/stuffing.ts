// Credential stuffing: thousands of guesses at thousands of accounts, while their owners sign in.

import pg from 'pg'
import { readArguments } from './arguments.ts'
import { askJson, postForm } from './ask.ts'
import { type Nodes, startNodes } from './nodes.ts'
import { importAccounts, type Owner, ownersPassword as password, signInOwners } from './owners.ts'
import { type Finding, judge } from './table.ts'

/** How many guesses strangers get at one account, however long they wait. */
const limit = 100
const atOnce = 48
/** How often in a run the attacker has waited as long as the server asked. */
const waits = 150
/** Half of all guesses go to a few accounts, evenly: none of the others would ever see 100. */
const guessesAtTarget = 500
/** An address that has failed too often: an owner on a known device may share it. */
const worstAddress = '127.9.9.9'

interface Attack {
  nodes: Nodes
  database: pg.Pool
  control: boolean
  accounts: readonly string[]
  targets: readonly string[]
  /** Guesses that were checked, by account. */
  evaluated: Map<string, number>
  /** What else was answered, by status. */
  others: Map<number, number>
  /** Owners who arrived while it went on, and which of them could sign in. */
  came: number
  letIn: number
}

/** `args`: how many guesses, 20,000 by default; a tenth as many accounts. */
export async function tortureStuffing(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 20_000)
  const accounts = Array.from({ length: count / 10 }, (_unused, index) => `account-${index}`)
  const nodes = await startNodes(2)
  const database = new pg.Pool({ connectionString: nodes.postgres.url, max: 1 })
  try {
    await importAccounts(nodes, accounts)
    const targets = accounts.slice(0, Math.ceil(count / 2 / guessesAtTarget))
    const attack: Attack = {
      ...{ nodes, database, control, accounts, targets, came: 0, letIn: 0 },
      ...{ evaluated: new Map(), others: new Map() },
    }
    const ownersOfOthers = await signInOwners(nodes, accounts.slice(-Math.ceil(count / 100)))
    const ownersOfTargets = await signInOwners(nodes, targets)
    await exhaust(nodes, worstAddress)
    await attackAll(attack, count, ownersOfOthers)
    const strangers = await countLetIn(attack, targets.map(withoutCookie))
    const owners = await countLetIn(attack, control ? targets.map(withoutCookie) : ownersOfTargets)
    const findings = describe(attack, strangers, owners)
    return judge(
      `${count} guesses at ${accounts.length} accounts, ${targets.length} of them ${guessesAtTarget} times`,
      control ? findings.slice(0, 3) : findings,
      control,
    )
  } finally {
    await database.end()
    await nodes.stop()
  }
}

function describe(attack: Attack, strangers: number, owners: number): Finding[] {
  const { evaluated, others, targets, came, letIn } = attack
  const most = Math.max(...evaluated.values())
  const looks = [...evaluated.values()].reduce((sum, times) => sum + times, 0)
  const told = [...others].map(([status, times]) => `${times} × ${status}`).join(', ')
  const strange = [...others.keys()].filter((status) => status !== 429 && status !== 503)
  return [
    {
      what: 'guesses checked at one account, at most',
      seen: String(most),
      promised: `≤ ${limit}`,
      kept: most <= limit,
    },
    {
      what: 'owners on known devices signed in, meanwhile',
      seen: `${letIn} of ${came}`,
      promised: 'all',
      kept: came > 0 && letIn === came,
    },
    {
      what: 'owners of the closed accounts, in the end',
      seen: `${owners} of ${targets.length}`,
      promised: 'all',
      kept: owners === targets.length,
    },
    {
      what: 'the same with the right password on an unknown device',
      seen: `${strangers} of ${targets.length}`,
      promised: '0: they are shut',
      kept: strangers === 0,
    },
    {
      what: 'guesses checked at all accounts; not checked',
      seen: `${looks}; ${told}`,
      promised: 'only 429 and 503',
      kept: strange.length === 0,
    },
  ]
}

const withoutCookie = (username: string): Owner => ({ username, cookie: '' })

/** Until it gets 429. */
async function exhaust({ urls: [url = ''] }: Nodes, from: string): Promise<void> {
  for (let guess = 0; ; guess++) {
    const fields = { username: `nobody-${guess}`, password: 'wrong' }
    if ((await postForm(`${url}/token`, fields, from)).status === 429) return
  }
}

async function attackAll(attack: Attack, count: number, owners: readonly Owner[]): Promise<void> {
  let sent = 0
  const passTime = Math.max(1, Math.floor(count / waits))
  const ownersEvery = Math.max(1, Math.floor(count / owners.length))
  const lines = Array.from({ length: atOnce }, async () => {
    while (sent < count) {
      const index = sent++
      if (index % passTime === 0) await waitAsTold(attack)
      const owner = index % ownersEvery === 0 ? owners[index / ownersEvery] : undefined
      if (owner) {
        const visitor = attack.control ? withoutCookie(owner.username) : owner
        // Not `+= await`: what others add meanwhile would be lost.
        const letIn = await countLetIn(attack, [visitor])
        attack.came += 1
        attack.letIn += letIn
      }
      await guessOnce(attack, index)
    }
  })
  await Promise.all(lines)
}

async function guessOnce(attack: Attack, index: number): Promise<void> {
  const { nodes, accounts, targets, evaluated, others } = attack
  // Every second one at a target, each in its turn; the rest goes round.
  const list = index % 2 === 0 ? targets : accounts
  const username = list[(index >> 1) % list.length] ?? ''
  const url = nodes.urls[index % 4 < 2 ? 0 : 1]
  // Twenty or so from each address, which is less than would block it.
  const from = `127.${2 + (index % 5)}.${(index >> 3) % 200}.${1 + (index % 3)}`
  const { status } = await postForm(`${url}/token`, { username, password: 'wrong' }, from)
  if (status === 401) evaluated.set(username, (evaluated.get(username) ?? 0) + 1)
  else others.set(status, (others.get(status) ?? 0) + 1)
}

/** The control also forgets what was counted. */
async function waitAsTold({ database, control }: Attack): Promise<void> {
  const accounts = "where key like 'account:%'"
  await database.query(
    control
      ? `delete from throttle_counters ${accounts}`
      : `update throttle_counters set closed_until_ms = 0 ${accounts}`,
  )
}

async function countLetIn({ nodes }: Attack, owners: readonly Owner[]): Promise<number> {
  let count = 0
  for (const { username, cookie } of owners) {
    const { status } = await askJson(`${nodes.urls[1]}/trpc/auth.login`, {
      from: worstAddress,
      headers: { 'sec-fetch-site': 'same-origin', cookie },
      content: { username, password },
    })
    if (status === 200) count += 1
  }
  return count
}
