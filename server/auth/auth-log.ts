// What happened at the doors, for the operator's log: who, where and why, never a secret.

export type AuthEvent =
  | 'signed_in'
  | 'sign_in_refused'
  | 'client_signed_in'
  | 'signed_out'
  | 'refresh_token_reused'
  | 'refresh_token_ahead'

export interface AuthLog {
  record(event: AuthEvent, facts: Readonly<Record<string, string | null>>): void
}

/** The part of pino's logger that is needed here. */
interface Logger {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

const alarms: ReadonlySet<AuthEvent> = new Set(['refresh_token_reused', 'refresh_token_ahead'])

export function createAuthLog(logger: Logger): AuthLog {
  return {
    record(event, facts) {
      const level = alarms.has(event) ? 'warn' : 'info'
      logger[level]({ event, ...facts }, event.replaceAll('_', ' '))
    },
  }
}
