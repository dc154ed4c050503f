// `overview`: sign-ins of a day and of a month, and what needs looking at.

import { parseArgs } from 'node:util'
import { productName } from '../contract/brand.ts'
import type { Overview } from '../contract/overview.ts'
import type { Command } from './command.ts'
import { sayUsage } from './terminal/read-words.ts'
import { withServices } from './with-services.ts'

export const overviewCommand: Command = {
  usage: 'overview [--json]',
  summary: 'Sign-ins of the last day and the last 30 days, and what needs looking at.',
  run: (words, config) => {
    const options = { json: { type: 'boolean', default: false } } as const
    const { values } = sayUsage(() => parseArgs({ args: words, options }))
    return withServices(config, async ({ readOverview }) => {
      const overview = await readOverview()
      return values.json ? JSON.stringify(overview, null, 2) : toText(overview)
    })
  },
}

function toText({ day, month, attention, ...facts }: Overview): string {
  const sum = (counts: readonly number[]) => String(counts.reduce((all, one) => all + one, 0))
  const row = (name: string, key: 'signed_in' | 'refused' | 'closed') =>
    `${name.padEnd(18)}${sum(day[key]).padStart(8)}${sum(month[key]).padStart(10)}`
  return [
    `${productName} ${facts.version} on ${facts.database}`,
    `${''.padEnd(18)}${'24 hours'.padStart(8)}${'30 days'.padStart(10)}`,
    row('sign-ins', 'signed_in'),
    row('refused', 'refused'),
    row('accounts closed', 'closed'),
    `${'users seen'.padEnd(18)}${String(facts.users_seen_in_a_day).padStart(8)}${String(facts.users_seen_in_a_month).padStart(10)}`,
    `${'live sessions'.padEnd(18)}${String(facts.live_sessions).padStart(8)}`,
    ...attention.locked.map(({ user, at }) => `closed since ${at}: ${user.username}`),
    ...attention.alarms.map(({ event, at, user }) => `${at}: ${event}, ${user?.username ?? '–'}`),
    ...attention.old_keys.map(({ kid, created_at }) => `signing key ${kid} since ${created_at}`),
  ].join('\n')
}
