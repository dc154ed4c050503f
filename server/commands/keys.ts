// `keys`: what signs tokens now, what follows it, and the way out where a key has leaked.

import { parseArgs } from 'node:util'
import type { SigningKeyInfo } from '../auth/key-rotation.ts'
import type { Config } from '../config.ts'
import type { Services } from '../services.ts'
import type { Command } from './command.ts'
import { recordAct } from './operator.ts'
import { sayUsage } from './read-words.ts'
import { UsageError } from './usage-error.ts'
import { withServices } from './with-services.ts'

export const keysCommand: Command = {
  usage: 'keys list [--json] | rotate [--wait <seconds>] | drop <kid>',
  summary:
    'The keys that sign tokens. Rotating ends no token; dropping a key ends those it signed, at once.',
  run: runKeys,
}

async function runKeys(words: string[], config: Config): Promise<string> {
  const act = readAction(words)
  return withServices(config, act)
}

type Action = (services: Services) => Promise<string>

function readAction([name, ...words]: string[]): Action {
  if (name === 'list') return readList(words)
  if (name === 'rotate') return readRotate(words)
  if (name === 'drop') return readDrop(words)
  throw new UsageError(name ? `There is no "keys ${name}".` : 'What about the keys?')
}

function readList(args: string[]): Action {
  const { json } = sayUsage(() =>
    parseArgs({ args, options: { json: { type: 'boolean' } } }),
  ).values
  return async ({ keyRotation }) => {
    const keys = await keyRotation.list()
    return json ? JSON.stringify(keys.map(toWire), null, 2) : formatTable(keys)
  }
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
  // A kid may begin with a dash: what stands here is never an option.
  const [kid, ...rest] = args[0] === '--' ? args.slice(1) : args
  if (kid === undefined || rest.length > 0) throw new UsageError('One kid is needed')
  return async (services) => {
    const successor = await services.keyRotation.drop(kid)
    await recordAct(services, 'signing_key_dropped', kid)
    const end = `${kid} is gone: within a second no server believes a token that it signed.`
    return successor === undefined ? end : `${end}\n${successor} signs now.`
  }
}

function toWire(key: SigningKeyInfo) {
  return {
    kid: key.kid,
    alg: key.algorithm,
    state: key.state,
    created_at: new Date(key.createdAtMs).toISOString(),
    state_changed_at: new Date(key.stateChangedAtMs).toISOString(),
  }
}

function formatTable(keys: readonly SigningKeyInfo[]): string {
  if (keys.length === 0) return 'No key is stored: a server makes one when it starts.'
  return keys
    .map((key) =>
      [
        key.kid,
        key.algorithm.padEnd(5),
        key.state.padEnd(7),
        `since ${new Date(key.stateChangedAtMs).toISOString()}`,
      ].join('  '),
    )
    .join('\n')
}
