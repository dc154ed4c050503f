// What the pages weigh, compressed as they travel: a budget each, so that weight is added knowingly.

import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'
import { readLanguages } from '../../client/build/language.ts'
import * as features from '../../server/contract/features.ts'

const client = new URL('../../dist/client/', import.meta.url)

describe('the sign-in page', () => {
  const html = readText('login.html')

  it('is at most 8 KiB of HTML and CSS', () => {
    expect(html).toContain('<style>')
    expect(html).not.toContain('rel="stylesheet"')
    expect(compressedKibibytes([html])).toBeLessThanOrEqual(8)
  })

  it('runs at most 76 KiB of scripts', () => {
    expect(weighScripts(followImports(listEntryScripts(html)))).toBeLessThanOrEqual(76)
  })

  it('loads at most 20 KiB of font before it is drawn', () => {
    const fonts = [...html.matchAll(/"\/(assets\/[^"]+\.woff2)"/g)].map(([, path = '']) => path)
    expect(fonts).toHaveLength(1)
    const bytes = fonts.map((path) => readFileSync(new URL(path, client)).length)
    expect(Math.max(...bytes) / 1024).toBeLessThanOrEqual(20)
  })
})

describe.each(readLanguages().slice(1))('in $name', ({ tag }) => {
  it.each([
    ['login.html', 76],
    ['index.html', 100],
  ])('%s runs at most 1 KiB more than %i KiB of scripts', (name, kibibytes) => {
    const scripts = followImports(listEntryScripts(readText(`${tag}/${name}`)))
    const added = Object.keys(features).filter((feature) => feature !== 'items')
    expect(weighScripts(scripts)).toBeLessThanOrEqual(kibibytes + 1 + added.length)
  })
})

describe.each(['login.html', 'register.html'])('%s', (name) => {
  const html = readText(name)
  const [template = '', waiting = ''] = /<template>(.*?)<\/template>/s.exec(html) ?? []

  it('asks for one small script before it is painted', () => {
    const early = listScripts(html.replace(template, ''))
    expect(followImports(early)).toEqual([expect.stringContaining('after-paint')])
    expect(weighScripts(early)).toBeLessThanOrEqual(0.5)
  })

  it('then asks for all the others at once', () => {
    expect(listScripts(waiting).sort()).toEqual(followImports(listEntryScripts(waiting)).sort())
  })
})

/** Keycard's own; what an app adds has a budget of its own. */
const ownLater = [
  'account-page',
  'activity-page',
  'prove-dialog',
  'security-notices',
  'sessions-page',
  'sign-in-again-dialog',
  'stream-link',
  'users-page',
] as const

const isOwn = (path: string) => ownLater.some((name) => path.startsWith(`assets/${name}-`))

describe('the app', () => {
  const shell = followImports(listEntryScripts(readText('index.html')))
  const later = shell.flatMap((script) => readImports(script).whenNeeded)

  it('runs at most 100 KiB of scripts before the first page, and 1 KiB more for each feature that is added', () => {
    const added = Object.keys(features).filter((name) => name !== 'items')
    expect(weighScripts(shell)).toBeLessThanOrEqual(100 + added.length)
  })

  it('loads its pages when they are opened, and what few of them need when they do', () => {
    const names = later.map((path) => /^assets\/([a-z-]+)-[^/]{8}\.js$/.exec(path)?.[1])
    expect(names).toEqual(expect.arrayContaining([...ownLater]))
  })

  it.each(later.filter(isOwn))('adds at most 12 KiB for %s', (page) => {
    const added = followImports([page]).filter((script) => !shell.includes(script))
    expect(added).toContain(page)
    expect(weighScripts(added)).toBeLessThanOrEqual(12)
  })
})

it('sends no source map and no test to anyone', () => {
  const names = readdirSync(client, { recursive: true, encoding: 'utf8' })
  expect(names.filter((name) => /\.map$|test/.test(name))).toEqual([])
})

function listEntryScripts(html: string): string[] {
  const scripts = [...html.matchAll(/<script type="module"[^>]* src="\/([^"]+)"/g)]
  expect(scripts).not.toHaveLength(0)
  return scripts.map(([, path = '']) => path)
}

/** Those that run, and those that are preloaded. */
function listScripts(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path = '']) => path)
}

/** The scripts and everything they import before they run. */
function followImports(scripts: readonly string[]): string[] {
  const found = new Set(scripts)
  for (const script of found) {
    for (const imported of readImports(script).first) found.add(imported)
  }
  return [...found]
}

function readImports(script: string): { first: string[]; whenNeeded: string[] } {
  const text = readText(script)
  const { staticImports, dynamicImports } = parseSync(script, text).module
  const resolve = (specifier: string) => `assets/${specifier.replace('./', '')}`
  return {
    first: staticImports.map(({ moduleRequest }) => resolve(moduleRequest.value)),
    whenNeeded: dynamicImports.map(({ moduleRequest: { start, end } }) =>
      resolve(text.slice(start + 1, end - 1)),
    ),
  }
}

function weighScripts(scripts: readonly string[]): number {
  return compressedKibibytes(scripts.map(readText))
}

function compressedKibibytes(texts: readonly string[]): number {
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
  return bytes / 1024
}

function readText(path: string): string {
  return readFileSync(new URL(path, client), 'utf8')
}
