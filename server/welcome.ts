// What a start says in the terminal: where Keycard listens, and how to get in.

import type { Config } from './config.ts'

export function formatWelcome(config: Config): string {
  const lines = [
    `Keycard is ready at ${config.publicUrl}`,
    '',
    `  Sign in    ${config.publicUrl}/login`,
    `  API docs   ${config.publicUrl}/docs`,
    `  Database   ${describeDatabase(config)}`,
  ]
  if (config.demoAccounts) {
    lines.push(
      '',
      '  Demo accounts, on this machine only:',
      '    johndoe / secret',
      '    admin   / admin-secret   (admin)',
      '    alice   / secret2        (disabled)',
    )
  }
  return `\n${lines.join('\n')}\n`
}

function describeDatabase({ databaseUrl, dataDir }: Config): string {
  if (databaseUrl === null) return `SQLite in ${dataDir}/`
  const { hostname, pathname } = new URL(databaseUrl)
  return `PostgreSQL, ${pathname.slice(1)} on ${hostname}`
}
