// A browser that has signed in and kept no cookie: what it is told, and how it is recognised.

import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { pagePaths } from '../contract/pages.ts'
import { escapeHtml } from './escape-html.ts'

/** For the person in front of it. No browser has to keep a Secure cookie over http: WebKit keeps none. */
export function describeLostCookie({
  publicUrl,
  cookieSecure,
}: Pick<Config, 'publicUrl' | 'cookieSecure'>): string {
  return cookieSecure && publicUrl.startsWith('http:')
    ? 'This browser did not keep the sign-in cookie: it is for https only. Open Keycard at an https address, or leave COOKIE_SECURE out of its settings.'
    : `This browser did not keep the sign-in cookie. Open ${publicUrl}, allow cookies there, and sign in again.`
}

/** The app's page with that sentence: where there are no scripts, nothing else of it is seen. */
export function addLostCookie(appHtml: string, sentence: string): string {
  return appHtml.replace('<noscript>', () => `<noscript><p>${escapeHtml(sentence)}</p>`)
}

/** Whether one of our forms has led to this page. */
export function comesFromForm({
  headers,
  host,
}: Pick<FastifyRequest, 'headers' | 'host'>): boolean {
  const { referer } = headers
  if (referer === undefined || !URL.canParse(referer)) return false
  const url = new URL(referer)
  return url.host === host && formPaths.includes(url.pathname)
}

const formPaths: readonly string[] = [pagePaths.signIn, pagePaths.register]
