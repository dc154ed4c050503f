// A browser that has signed in and kept no cookie: how it is recognised, and what its page says.

import type { FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import { productName } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { openingMessages } from '../../contract/pages/sign-in-opening.ts'
import { lostCookieMark, pagePaths } from '../../contract/pages.ts'

/**
 * For the person at the browser. A browser need not keep a Secure cookie over http: WebKit does
 * not.
 */
export function describeLostCookie(
  { publicUrl, cookieSecure }: Pick<Config, 'publicUrl' | 'cookieSecure'>,
  words = openingMessages,
): string {
  return cookieSecure && publicUrl.startsWith('http:')
    ? words.needsHttps(productName)
    : words.openAt(publicUrl)
}

/**
 * The app's page with that sentence, which is all that shows without scripts; and with a mark for
 * its scripts, which cannot see a referrer that the browser does not send.
 */
export function addLostCookie(appHtml: string, sentence: string): string {
  return (
    appHtml
      .replace('<html', `<html ${lostCookieMark}`)
      // It stays here: without the cookie no one is signed in where that leads.
      .replace(/<noscript>\s*<meta[^>]*>\s*<\/noscript>/, '')
      .replace('<noscript>', () => `<noscript><p>${escapeHtml(sentence)}</p>`)
  )
}

/**
 * Whether one of our forms has led to this page. A browser without a referrer still says that one
 * of our pages has (Fetch Metadata §2.4), and without a cookie only the forms lead here.
 */
export function comesFromForm({
  headers,
  host,
}: Pick<FastifyRequest, 'headers' | 'host'>): boolean {
  const { referer } = headers
  if (referer === undefined) return headers['sec-fetch-site'] === 'same-origin'
  if (!URL.canParse(referer)) return false
  const url = new URL(referer)
  return url.host === host && formPaths.includes(url.pathname)
}

const formPaths: readonly string[] = [pagePaths.signIn, pagePaths.register]
