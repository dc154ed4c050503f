// `keys`: which master keys are still needed; which keys sign tokens; and the way out where a key has leaked.

import { parseArgs } from 'node:util'
import type { MasterKeyUse } from '../auth/admin/master-key-use.ts'
import type { SigningKeyInfo } from '../auth/keys/key-rotation.ts'
import type { Config } from '../config.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'
import type { Services } from '../services.ts'
import type { Command } from './command.ts'
import { recordAct } from './operator.ts'
import { sayUsage } from './terminal/read-words.ts'
import { UsageError } from './terminal/usage-error.ts'
import { withServices } from './with-services.ts'

export const keysCommand: Command = {
  usage: 'keys [--json] | list [--json] | rotate [--wait <seconds>] | drop <kid>',
  summary:
    'Alone: what needs which master key, and when an older one may go. The others: the keys that sign ' +
    'tokens. Rotating ends no token; dropping a key ends those it signed, at once.',
  run: runKeys,
}

async function runKeys(words: string[], config: Config): Promise<string> {
  const act = readAction(words)
  return withServices(config, act)
}

type Action = (services: Services) => Promise<string>

function readAction(args: string[]): Action {
  const [name, ...words] = args
  if (name === undefined || name.startsWith('-')) return readUses(args)
  if (name === 'list') return readList(words)
  if (name === 'rotate') return readRotate(words)
  if (name === 'drop') return readDrop(words)
  throw new UsageError(`There is no "keys ${name}".`)
}

function readUses(args: string[]): Action {
  const isJson = readJsonOption(args)
  return async ({ masterKeyUses }) => {
    const uses = await masterKeyUses.list()
    return isJson ? JSON.stringify(uses.map(useToWire), null, 2) : formatUses(uses)
  }
}

function readList(args: string[]): Action {
  const isJson = readJsonOption(args)
  return async ({ keyRotation }) => {
    const keys = await keyRotation.list()
    return isJson ? JSON.stringify(keys.map(toWire), null, 2) : formatTable(keys)
  }
}

function readJsonOption(args: string[]): boolean {
  const { values } = sayUsage(() => parseArgs({ args, options: { json: { type: 'boolean' } } }))
  return values.json ?? false
}

function readRotate(args: string[]): Action {
  const { wait = '1' } = sayUsage(() =>
    parseArgs({ args, options: { wait: { type: 'string' } } }),
  ).values
  const seconds = /^\d{1,5}$/.test(wait) ? Number(wait) : 0
  if (seconds < 1) throw new UsageError('--wait takes whole seconds, 1 at least')
  return async (services) => {
    const kid = await services.keyRotation.rotate(seconds * 1000)
    await recordAct(services, 'signing_key_rotated', kid)
    return `${kid} signs now. The key before only verifies, until its last token has expired.`
  }
}

function readDrop(args: string[]): Action {
  // A kid may begin with a dash: this argument is never an option.
  const [kid, ...rest] = args[0] === '--' ? args.slice(1) : args
  if (kid === undefined || rest.length > 0) throw new UsageError('One kid is needed')
  return async (services) => {
    const successor = await services.keyRotation.drop(kid)
    await recordAct(services, 'signing_key_dropped', kid)
    const end = `${kid} is gone: within a second no server accepts a token that it signed.`
    return successor === undefined ? end : `${end}\n${successor} signs now.`
  }
}

function toWire(key: SigningKeyInfo) {
  return {
    kid: key.kid,
    alg: key.algorithm,
    state: key.state,
    created_at: toRfc3339(key.createdAtMs),
    state_changed_at: toRfc3339(key.stateChangedAtMs),
  }
}

function useToWire(use: MasterKeyUse) {
  return {
    id: use.id,
    position: use.position,
    accounts: use.accounts,
    sessions: use.sessions,
    sessions_end_at: formatTime(use.sessionsEndAtMs),
    signing_keys: use.signingKeys,
  }
}

const formatTime = (timeMs: number | null) => (timeMs === null ? null : toRfc3339(timeMs))

function formatUses(uses: readonly MasterKeyUse[]): string {
  const rows = uses.map((use) => [
    use.id,
    describePosition(use),
    use.accounts,
    use.sessions,
    use.signingKeys,
  ])
  const widths = [10, 8, 8, 8, 12]
  const table = [['MASTER KEY', 'PLACE', 'ACCOUNTS', 'SESSIONS', 'SIGNING KEYS'], ...rows].map(
    (row) =>
      row
        .map((cell, column) => String(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
  )
  const older = uses.filter(({ position }) => position !== 1).map(describeEnd)
  return [...table, ...(older.length > 0 ? ['', ...older] : [])].join('\n')
}

function describePosition({ position }: MasterKeyUse): string {
  if (position === null) return 'missing'
  return position === 1 ? 'newest' : `${position}`
}

function describeEnd(use: MasterKeyUse): string {
  const needs = [
    use.accounts > 0 && 'each of its accounts has signed in or has a new password',
    use.sessions > 0 && `its sessions are refreshed or over, by ${formatTime(use.sessionsEndAtMs)}`,
    use.signingKeys > 0 && 'a server has started with the newest key in front',
  ].filter((need) => need !== false)
  const may = use.position === null ? 'is missing, and needed until' : 'may go once'
  return needs.length === 0
    ? `${use.id} may go: nothing needs it.`
    : `${use.id} ${may} ${needs.join(', and ')}.`
}

function formatTable(keys: readonly SigningKeyInfo[]): string {
  if (keys.length === 0) return 'No key is stored: a server makes one when it starts.'
  return keys
    .map((key) =>
      [
        key.kid,
        key.algorithm.padEnd(5),
        key.state.padEnd(7),
        `since ${toRfc3339(key.stateChangedAtMs)}`,
      ].join('  '),
    )
    .join('\n')
}
