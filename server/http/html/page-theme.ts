// The chosen theme, written into a page: it is right from the first paint on, without a script.

import type { IncomingHttpHeaders } from 'node:http'
import { parseCookie } from 'cookie'
import { themeCookie } from '../../contract/theme.ts'

/** The page as it is where no theme is chosen, or the cookie says something else. */
export function applyTheme(html: string, { cookie = '' }: IncomingHttpHeaders): string {
  const theme = parseCookie(cookie)[themeCookie]
  if (theme !== 'light' && theme !== 'dark') return html
  const other = theme === 'light' ? 'dark' : 'light'
  return html
    .replace('<html', `<html data-theme="${theme}"`)
    .replace('content="light dark"', `content="${theme}"`)
    .replace(`media="(prefers-color-scheme: ${theme})"`, 'media="all"')
    .replace(`media="(prefers-color-scheme: ${other})"`, 'media="not all"')
}
