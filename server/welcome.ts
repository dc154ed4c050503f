// What a start prints in the terminal: where Keycard listens, and how to sign in.

import type { Config } from './config.ts'
import { productName } from './contract/brand.ts'
import { mailboxPath } from './contract/pages.ts'

/** `database`: which one, and where. */
export function formatWelcome(config: Config, database: string): string {
  const lines = [
    `${productName} is ready at ${config.publicUrl}`,
    '',
    `  Sign in    ${config.publicUrl}/login`,
    `  API docs   ${config.publicUrl}/docs`,
    `  Database   ${database}`,
  ]
  if (config.mail.transport === 'mailbox') {
    lines.push(
      `  Mail       ${config.publicUrl}${mailboxPath} (without MAIL_URL, mails land there)`,
    )
  }
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
