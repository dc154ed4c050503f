// A real SMTP server for tests, and what it has received.

import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  from: string
  to: string[]
  /** The whole message, as it came. */
  raw: string
  /** A header's value, unfolded; '' where there is none. */
  header(name: string): string
  /** The plain text, decoded. */
  text: string
}

export interface TestSmtpServer {
  /** For MAIL_URL. */
  url: string
  mails: readonly ReceivedMail[]
  close(): Promise<void>
}

/** On a port of its own; takes every mail, unless `options` say otherwise. */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, callback) {
      let raw = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        raw += chunk
      })
      stream.once('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push(
          describeMail(
            raw,
            from,
            rcptTo.map(({ address }) => address),
          ),
        )
        callback(null)
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => void server.close(resolve)),
  }
}

function describeMail(raw: string, from: string, to: string[]): ReceivedMail {
  const [head = ''] = raw.split('\r\n\r\n', 1)
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ')
  return {
    from,
    to,
    raw,
    header: (name) => new RegExp(`^${name}: *(.*)$`, 'im').exec(unfolded)?.[1] ?? '',
    text: readText(raw),
  }
}

/** Of the first part that is plain text: quoted-printable or 7bit, as it says. */
function readText(raw: string): string {
  const [, head = '', body = ''] =
    /(Content-Type: text\/plain[\s\S]*?)\r\n\r\n([\s\S]*?)\r\n--/i.exec(raw) ?? []
  if (!/quoted-printable/i.test(head)) return body.replaceAll('\r\n', '\n')
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** The link of a mail: its path. */
export function linkOf(text: string): string {
  return /^https?:\/\/[^/\s]+(\/mail\/\S+)$/m.exec(text)?.[1] ?? ''
}
