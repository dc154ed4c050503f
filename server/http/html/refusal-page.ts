// The page for a browser whose request is refused before it reaches a route; programs get JSON.

import type { IncomingHttpHeaders } from 'node:http'
import { productName } from '../../contract/brand.ts'
import {
  type RefusalView,
  refusalMarks,
  removeCookiesPath,
} from '../../contract/pages/refusal-page.ts'
import { pagePaths } from '../../contract/pages.ts'
import { isDataPath } from '../security-headers.ts'
import { createPrerenderedPage, type PrerenderedPage } from './prerendered-page.ts'

export interface Refusal {
  status: number
  /** What programs get as `detail`: a sentence without its full stop. */
  detail: string
  /** Of a request whose headers were too large. */
  cookies?: CookieWeight
}

/** In bytes. */
export interface CookieWeight {
  total: number
  /** The largest first. */
  largest: readonly { name: string; bytes: number }[]
}

export type RefusalPage = PrerenderedPage<Refusal>

export function createRefusalPage(template: string): RefusalPage {
  return createPrerenderedPage({
    name: 'page of refusals',
    template,
    marks: refusalMarks,
    describe: describeRefusal,
  })
}

/**
 * Whether the answer is shown as a page. Browsers say so (Fetch Metadata §2.3); over plain http
 * only the Accept header does.
 */
export function isNavigation(
  headers: Pick<IncomingHttpHeaders, 'sec-fetch-mode' | 'accept'>,
): boolean {
  const mode = headers['sec-fetch-mode']
  return mode === undefined ? /\btext\/html\b/i.test(headers.accept ?? '') : mode === 'navigate'
}

/**
 * In bytes: how much of a packet is searched. Browsers send the headers that identify them before
 * their cookies.
 */
const packetHeadBytes = 4 * 1_024

/**
 * The same for a request that the parser refuses. It looks at the last packet, if the request line
 * and headers are in it. If they were in an earlier one, a packet full of cookies is a browser's,
 * which sends them last, and any other a program's.
 */
export function isNavigationPacket(packet: unknown): boolean {
  if (!Buffer.isBuffer(packet)) return false
  const [head = ''] = packet.toString('latin1', 0, packetHeadBytes).split('\r\n\r\n', 1)
  const [, url] = /^(?:GET|POST) (\S+) HTTP/.exec(head) ?? []
  if (url === undefined) return middleOfCookies.test(head)
  if (isDataPath(url)) return false
  const read = (name: string) => new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head)?.[1]
  return isNavigation({ 'sec-fetch-mode': read('sec-fetch-mode'), accept: read('accept') })
}

/** The rest of a value, and the next cookie (RFC 6265 §4.2.1), without a header before them. */
const middleOfCookies = /^[\x21-\x7e]*; [\w!#$%&'*+.^`|~-]+=/

/** It runs no script, and loads its own font and icon. `styleHash` is that of its inlined style. */
export function describeRefusalPolicy(styleHash: string): string {
  return [
    `default-src 'none'; style-src '${styleHash}'; font-src 'self'; img-src 'self'`,
    `form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  ].join('; ')
}

function describeRefusal({ status, detail, cookies }: Refusal): RefusalView {
  const {
    heading,
    message,
    isPassing = false,
    wayOut = toSignIn,
  } = wordsOf(status, detail, cookies)
  return {
    title: `${heading} · ${productName}`,
    state: 'error',
    status: String(status),
    heading,
    message,
    button: cookies ? 'shown' : '',
    ...removal,
    ...(isPassing ? { wayOut: '', wayOutWords: 'Try again' } : wayOut),
  }
}

const removal = {
  action: removeCookiesPath,
  actionLabel: 'Remove these cookies',
  actionNote: 'Other apps at this address may ask you to sign in again.',
}

type WayOut = Pick<RefusalView, 'wayOut' | 'wayOutWords'>

const toSignIn: WayOut = { wayOut: pagePaths.signIn, wayOutWords: 'Go to the sign-in page' }
/** Who is signed in goes on to the app from there. */
const toStart: WayOut = { wayOut: pagePaths.home, wayOutWords: 'Go to the start page' }

interface Words {
  heading: string
  message: string
  /** The same request may well succeed later. */
  isPassing?: boolean
  /** To the sign-in page by default. */
  wayOut?: WayOut
}

function wordsOf(status: number, detail: string, cookies: CookieWeight | undefined): Words {
  if (cookies) {
    return { heading: 'Too many cookies', message: describeCookies(cookies), isPassing: true }
  }
  if (status >= 500 && status !== 503) return fault
  return words[status] ?? { heading: 'This was refused', message: `${detail}.` }
}

const fault: Words = {
  heading: 'Something broke',
  message: 'It is on our side, not yours. Try again in a moment.',
  isPassing: true,
}

const words: Readonly<Record<number, Words>> = {
  400: {
    heading: 'This could not be read',
    message: 'The address, or what your browser sent, is not valid. Check the address.',
  },
  404: {
    heading: 'We couldn’t find that page',
    message: 'Check the address for a typing error.',
    wayOut: toStart,
  },
  405: { heading: 'No page here', message: 'This address is for programs, and shows no page.' },
  408: {
    heading: 'This took too long',
    message: 'Your request did not arrive in time. Check your connection and try again.',
    isPassing: true,
  },
  413: {
    heading: 'This is too large',
    message: `More was sent than ${productName} takes at once.`,
  },
  414: { heading: 'This address is too long', message: 'Check the address, or start again.' },
  429: {
    heading: 'Too many requests',
    message: 'Wait a moment, and try again.',
    isPassing: true,
  },
  431: {
    heading: 'The request is too large',
    message: `Your browser sent more than ${productName} accepts. The cause is usually cookies of other apps at this address: remove them in your browser’s settings and try again.`,
    isPassing: true,
  },
  503: {
    heading: `${productName} is not ready`,
    message: 'It is starting, stopping, or very busy. Try again in a moment.',
    isPassing: true,
  },
}

/** In characters: enough to tell whose cookie it is. */
const shownNameMaxLength = 40
const shownCookies = 5

function describeCookies({ total, largest }: CookieWeight): string {
  const shown = largest.slice(0, shownCookies)
  const list = shown.map(({ name, bytes }) => `${shorten(name)} (${formatSize(bytes)})`)
  const rest = largest.length - shown.length
  if (rest > 0) list.push(`and ${rest} more`)
  return `Your browser sent ${formatSize(total)} of cookies with this address, more than ${productName} reads: ${list.join(', ')}.`
}

function shorten(name: string): string {
  return name.length > shownNameMaxLength ? `${name.slice(0, shownNameMaxLength)}…` : name
}

/** Its space is a non-breaking one. */
function formatSize(bytes: number): string {
  return `${Math.max(bytes / 1_024, 0.1).toFixed(1)}\u00a0KB`
}
