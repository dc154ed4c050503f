// `clients`: lists, adds and removes OAuth clients beside the built-in ones.

import { parseArgs } from 'node:util'
import type { NewClient } from '../auth/clients/client-rules.ts'
import type { Client } from '../auth/clients/clients.ts'
import type { Config } from '../config.ts'
import { grantTypes, isGrantType } from '../contract/oauth.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'
import { allScopes, isScope } from '../contract/scopes.ts'
import type { Services } from '../services.ts'
import type { Command } from './command.ts'
import { operator, recordAct } from './operator.ts'
import { withProgress } from './terminal/progress.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { UsageError } from './terminal/usage-error.ts'
import { withServices } from './with-services.ts'

export const clientsCommand: Command = {
  usage: `clients list [--json]
  clients add <id> --name <name> --grants <grant,…> --scopes <scope,…>
    [--confidential] [--first-party] [--json]
  clients remove <id>`,
  summary: 'The OAuth clients. The secret of a confidential one is printed once, when it is added.',
  run: runClients,
}

type Action = (services: Services) => Promise<string>

/** Each parses its arguments, so that a wrong one is reported before the database is opened. */
const actions: Record<string, (words: string[]) => Action> = {
  list: readList,
  add: readAdd,
  remove: readRemove,
}

async function runClients([name = '', ...words]: string[], config: Config): Promise<string> {
  const read = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!read) throw new UsageError('Say what to do with the clients: list, add or remove')
  return withServices(config, read(words))
}

function readList(words: string[]): Action {
  const { json } = sayUsage(
    () => parseArgs({ args: words, options: { json: { type: 'boolean', default: false } } }).values,
  )
  return async ({ clients }) => {
    const all = await clients.list()
    return json ? JSON.stringify(all.map(toJson), null, 2) : all.map(describeClient).join('\n')
  }
}

function readAdd(words: string[]): Action {
  const { json, client } = sayUsage(() => readNewClient(words))
  return async (services) => {
    const { secret } = await services.clients.add(client)
    await recordAct(services, 'client_added', client.id)
    if (json) return JSON.stringify({ client_id: client.id, client_secret: secret })
    const done = `${client.id} can get tokens now.`
    if (secret === null) return `${done} It is public: it has no secret.`
    return `${done} Its secret is shown only once, and not stored:\n${secret}`
  }
}

function readRemove(words: string[]): Action {
  const id = sayUsage(() =>
    readOnly(parseArgs({ args: words, allowPositionals: true }).positionals, 'client id'),
  )
  return async (services) => {
    await withProgress('Sessions ended', (onProgress) =>
      services.clients.remove(id, operator, onProgress),
    )
    return `${id} is removed, and its tokens no longer work.`
  }
}

function readNewClient(words: string[]): { json: boolean; client: NewClient } {
  const { positionals, values } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      grants: { type: 'string' },
      scopes: { type: 'string' },
      confidential: { type: 'boolean', default: false },
      'first-party': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const client = {
    id: readOnly(positionals, 'client id'),
    name: values.name ?? '',
    isConfidential: values.confidential,
    isFirstParty: values['first-party'],
    grants: readWords('grant', values.grants, isGrantType, grantTypes),
    scopes: readWords('scope', values.scopes, isScope, allScopes),
  }
  return { json: values.json, client }
}

/** Separated by commas or spaces; in the order of the catalogue, each once. */
function readWords<Word extends string>(
  kind: string,
  text: string | undefined,
  isWord: (word: string) => word is Word,
  known: readonly Word[],
): Word[] {
  const words = (text ?? '').split(/[\s,]+/).filter((word) => word !== '')
  const unknown = words.find((word) => !isWord(word))
  if (unknown !== undefined) {
    throw new Error(`There is no ${kind} "${unknown}"; there are: ${known.join(', ')}`)
  }
  return known.filter((word) => words.includes(word))
}

function describeClient({ id, name, grants, scopes, ...client }: Client): string {
  const kinds = [
    client.isConfidential ? 'confidential' : 'public',
    ...(client.isFirstParty ? ['first-party'] : []),
    ...(client.registration === null ? ['built in'] : []),
  ]
  return `${id}  ${name} (${kinds.join(', ')})
    grants  ${grants.join(' ')}
    scopes  ${scopes.join(' ')}`
}

function toJson({ id, name, isConfidential, isFirstParty, grants, scopes, registration }: Client) {
  return {
    client_id: id,
    name,
    confidential: isConfidential,
    first_party: isFirstParty,
    grants,
    scopes,
    built_in: registration === null,
    created_at: registration && toRfc3339(registration.createdAtMs),
  }
}
