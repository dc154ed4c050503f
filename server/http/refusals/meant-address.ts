// The address that a browser means by one that was typed in other capitals: `/items` for `/Items`.

import { appPages, matchesPattern } from '../../contract/app-pages.ts'
import { docsPath, pagePaths } from '../../contract/pages.ts'

const ownPatterns: readonly string[] = [
  ...Object.values(appPages).map(({ path }) => path),
  ...Object.values(pagePaths),
  docsPath,
]

/** With its query. undefined where no page is meant, or where that is the address already. */
export function findMeantAddress(url: string, patterns = ownPatterns): string | undefined {
  const [path = ''] = url.split('?', 1)
  const pattern = patterns.find((candidate) => matchesPattern(candidate, path))
  if (pattern === undefined) return undefined
  const asked = path.split('/')
  const segments = pattern
    .split('/')
    .map((segment, index) => (segment.startsWith(':') ? asked[index] : segment))
  const meant = segments.join('/') + url.slice(path.length)
  return meant !== url && ownPath.test(meant) ? meant : undefined
}

/** A browser reads `//host` and `/\host` as the address of another site. */
const ownPath = /^\/(?![/\\])/
