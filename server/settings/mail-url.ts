// MAIL_URL and MAIL_FROM in parts: where mail is handed over, and the name on it.

export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte (smtps:); otherwise STARTTLS where the server offers it. */
  secure: boolean
  /** STARTTLS or nothing: a password never travels in clear text, except on this machine. */
  requireTLS: boolean
  auth: { user: string; pass: string } | null
}

export interface Mailbox {
  name: string
  address: string
}

const defaultPorts = { 'smtp:': 587, 'smtps:': 465 } as const

/** undefined where the text is no such URL. */
export function parseMailUrl(text: string): MailServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const protocol = url?.protocol
  if (url === undefined || (protocol !== 'smtp:' && protocol !== 'smtps:')) return undefined
  if (url.hostname === '' || !['', '/'].includes(url.pathname)) return undefined
  if (url.search !== '' || url.hash !== '') return undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = protocol === 'smtps:'
  const auth = readAuth(url)
  if (auth === undefined) return undefined
  return {
    host,
    port: url.port === '' ? defaultPorts[protocol] : Number(url.port),
    secure,
    requireTLS: !secure && auth !== null && !isThisMachine(host),
    auth,
  }
}

/** null where there is none; undefined where its percent-encoding is broken. */
function readAuth({ username, password }: URL): MailServer['auth'] | undefined {
  if (username === '') return null
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

/** `Keycard <no-reply@example.com>` or the address alone; undefined for anything else. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, name = '', address = ''] =
    /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>\s]+)>|.*)$/u.exec(text) ?? []
  const mailbox = address === '' ? { name: '', address: text } : { name: name.trim(), address }
  return addressSyntax.test(mailbox.address) ? mailbox : undefined
}

/** As MAIL FROM takes it: printable ASCII, one `@`, no quotes. */
const addressSyntax = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/
