// The page for a browser whose request is refused before it reaches a route; programs get JSON.

import type { IncomingHttpHeaders } from 'node:http'
import { productName } from '../../contract/brand.ts'
import type { PageTexts } from '../../contract/pages/page-texts.ts'
import {
  type RefusalView,
  refusalMarks,
  refusalTexts,
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

export function createRefusalPage(template: string, texts = refusalTexts): RefusalPage {
  return createPrerenderedPage({
    name: 'page of refusals',
    template,
    marks: refusalMarks,
    describe: (refusal) => describeRefusal(refusal, texts),
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

function describeRefusal(refusal: Refusal, texts: PageTexts['refusal']): RefusalView {
  const { status, cookies } = refusal
  const { heading, message } = wordsOf(refusal, texts.words)
  return {
    title: `${heading} · ${productName}`,
    state: 'error',
    status: String(status),
    heading,
    message,
    button: cookies ? 'shown' : '',
    action: removeCookiesPath,
    actionLabel: texts.words.cookies.remove,
    actionNote: texts.words.cookies.price,
    ...wayOutOf(refusal, texts.wayOut),
  }
}

/** The same request may well succeed later. */
const passing: ReadonlySet<number> = new Set([408, 429, 431, 503])

function wayOutOf(
  { status, cookies }: Refusal,
  words: PageTexts['refusal']['wayOut'],
): Pick<RefusalView, 'wayOut' | 'wayOutWords'> {
  const isPassing = cookies !== undefined || status >= 500 || passing.has(status)
  if (isPassing) return { wayOut: '', wayOutWords: words.again }
  // Who is signed in goes on to the app from there.
  if (status === 404) return { wayOut: pagePaths.home, wayOutWords: words.toStart }
  return { wayOut: pagePaths.signIn, wayOutWords: words.toSignIn }
}

function wordsOf({ status, detail, cookies }: Refusal, words: RefusalWords) {
  if (cookies) {
    return { heading: words.cookies.heading, message: describeCookies(cookies, words.cookies) }
  }
  if (status >= 500 && status !== 503) return words.fault
  const known = words[status as 404]
  return known ?? { heading: words.other.heading, message: words.other.message(detail) }
}

type RefusalWords = PageTexts['refusal']['words']

/** In characters: enough to tell whose cookie it is. */
const shownNameMaxLength = 40
const shownCookies = 5

function describeCookies({ total, largest }: CookieWeight, words: RefusalWords['cookies']): string {
  const shown = largest.slice(0, shownCookies)
  const list = shown.map(({ name, bytes }) => `${shorten(name)} (${formatSize(bytes)})`)
  const rest = largest.length - shown.length
  if (rest > 0) list.push(words.more(rest))
  return words.message(formatSize(total), list.join(', '))
}

function shorten(name: string): string {
  return name.length > shownNameMaxLength ? `${name.slice(0, shownNameMaxLength)}…` : name
}

/** Its space is a non-breaking one. */
function formatSize(bytes: number): string {
  return `${Math.max(bytes / 1_024, 0.1).toFixed(1)}\u00a0KB`
}
