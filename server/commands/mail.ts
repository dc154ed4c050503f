// `mail`: whether mail can be sent, and which mails could not be.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { AppError } from '../contract/app-error.ts'
import { emailProblem } from '../contract/credential-rules.ts'
import type { Command } from './command.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { UsageError } from './terminal/usage-error.ts'
import { withServices } from './with-services.ts'

export const mailCommand: Command = {
  usage: 'mail test <address> | mail failed [--json]',
  summary:
    'Sends a test mail at once, and says what the mail server answers; or lists the mails that ' +
    'could not be sent, the newest first.',
  run: mail,
}

async function mail(args: string[], config: Config): Promise<string> {
  const [action, ...words] = args
  if (action === 'test') return sendTest(words, config)
  if (action === 'failed') return listFailed(words, config)
  throw new UsageError('Either "mail test" or "mail failed"')
}

async function sendTest(args: string[], config: Config): Promise<string> {
  const to = sayUsage(() =>
    readOnly(parseArgs({ args, allowPositionals: true }).positionals, 'address'),
  )
  const problem = emailProblem(to)
  if (problem !== undefined) throw new UsageError(`The address ${problem}`)
  if (config.mail.transport !== 'smtp') {
    throw new AppError('mail_not_set_up', 'MAIL_URL is not set, so no mail is sent')
  }
  await withServices(config, ({ sendTestMail }) => sendTestMail(to))
  return `The mail server has taken a test mail to ${to}.`
}

/** More than an operator reads at once. */
const listedMax = 1_000

async function listFailed(args: string[], config: Config): Promise<string> {
  const { json } = sayUsage(() =>
    parseArgs({ args, options: { json: { type: 'boolean' } } }),
  ).values
  return withServices(config, async ({ outbox, users }) => {
    const failed = await Promise.all(
      (await outbox.listFailed(listedMax)).map(async ({ userId, ...mail }) => ({
        at: new Date(mail.failedAtMs).toISOString(),
        mail: mail.kind,
        user: (userId && (await users.findById(userId))?.username) ?? null,
        attempts: mail.attempts,
        why: mail.failure,
      })),
    )
    if (json) return JSON.stringify(failed)
    if (failed.length === 0) return 'No mail has failed.'
    const lines = failed.map(({ at, mail, user, attempts, why }) =>
      [
        at.slice(0, 19).replace('T', ' '),
        mail.padEnd(22),
        (user ?? '–').padEnd(20),
        `${attempts}`.padStart(8),
        why,
      ].join('  '),
    )
    return [
      'failed at (UTC)      mail                    user                  attempts  why',
      ...lines,
    ].join('\n')
  })
}
