// Where a finished mail goes: to an SMTP server, or into the mailbox of a first try.

import { emailProblem } from '../../contract/credential-rules.ts'
import type { Mailbox, MailServer } from '../../settings/mail-url.ts'

export interface FinishedMail {
  id: string
  to: string
  subject: string
  text: string
  html: string
}

/** Resolves once the other side has taken it. @throws MailRefusedError, or what went wrong */
export type SendMail = (mail: FinishedMail) => Promise<void>

/** The receiving side will never take it: trying again is of no use. */
export class MailRefusedError extends Error {
  readonly code: string

  constructor(code: string, cause?: unknown) {
    super('The mail is refused', { cause })
    this.name = 'MailRefusedError'
    this.code = code
  }
}

/** In milliseconds; all of them together are shorter than a lease. */
const timeouts = { connect: 10_000, greeting: 10_000, silence: 20_000, whole: 60_000 }

interface SmtpOptions {
  server: MailServer
  from: Mailbox
}

/** Loads its library with the first mail: a start does not wait for it. */
export function createSmtpTransport({ server, from }: SmtpOptions): SendMail {
  const { host, port, secure, requireTLS, auth } = server
  return async ({ id, to, subject, text, html }) => {
    // An address from elsewhere, as from an import, must not become two.
    if (emailProblem(to) !== undefined) throw new MailRefusedError('bad_address')
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      ...{ host, port, secure, requireTLS },
      ...(auth && { auth }),
      connectionTimeout: timeouts.connect,
      greetingTimeout: timeouts.greeting,
      socketTimeout: timeouts.silence,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    try {
      await transport.sendMail({
        from,
        to: { name: '', address: to },
        ...{ subject, text, html },
        // The same at every attempt: where a mail comes twice, its receiver can tell.
        messageId: `<${id}@${from.address.split('@')[1]}>`,
        // RFC 3834 §5: no holiday note answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.timeout(timeouts.whole),
      })
    } catch (error) {
      throw isFinal(error) ? new MailRefusedError(nameFailure(error), error) : error
    } finally {
      transport.close()
    }
  }
}

interface SmtpError {
  code?: unknown
  command?: unknown
  responseCode?: unknown
}

/**
 * RFC 5321 §4.2.1: 5yz is permanent. Only what concerns this mail counts: a refused sign-in or
 * sender is a setting, which an operator puts right.
 */
function isFinal(error: unknown): boolean {
  const { command, responseCode } = error as SmtpError
  return (
    typeof responseCode === 'number' &&
    responseCode >= 500 &&
    typeof command === 'string' &&
    /^(RCPT TO|DATA)/.test(command)
  )
}

/** A status code, or the library's word: never the answer's text, which may hold the address. */
export function nameFailure(error: unknown): string {
  if (error instanceof MailRefusedError) return error.code
  const { code, responseCode } = error as SmtpError
  if (typeof responseCode === 'number') return String(responseCode)
  return typeof code === 'string' ? code.slice(0, 40) : 'unknown'
}
