// Every text of the admin's overview.

export const overviewStrings = {
  intro: 'Sign-ins, and what needs looking at.',
  version: (version: string, database: string) => `Version ${version}, on ${database}`,
  databases: { sqlite: 'SQLite', postgres: 'PostgreSQL' },

  numbers: 'Now',
  liveSessions: 'Live sessions',
  seenInDay: 'Users seen in 24 hours',
  seenInMonth: 'Users seen in 30 days',
  throttled: 'Sign-ins slowed down since this server started',

  day: 'Last 24 hours',
  month: 'Last 30 days',
  signed_in: 'Sign-ins',
  refused: 'Refused sign-ins',
  closed: 'Accounts locked',
  /** For people who do not see the chart. */
  summary: (name: string, total: string, most: string, when: string) =>
    `${name}: ${total} in all, at most ${most}, at ${when}`,
  noneAtAll: (name: string) => `${name}: none`,
  table: 'Show as a table',
  time: 'From',

  attention: 'Needs looking at',
  nothing: 'Nothing needs looking at.',
  locked: 'Sign-in locked for unknown devices',
  oldKey: (kid: string) => `Signing key ${kid} has signed for more than a year: rotate it`,
  noUser: 'No single user',
} as const
