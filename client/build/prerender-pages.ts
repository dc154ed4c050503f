// After the client build: renders the pages before the app into their HTML, and inlines their stylesheets.

import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig, type Plugin } from 'vite'
import type { Language } from './language.ts'
import { drawLanguageLinks } from './language-links.ts'
import { translateTexts } from './translate-texts.ts'

/** The pages that stand before the app: the folder of each, by the name of its entry. */
const pages = { login: 'sign-in', register: 'register', mail: 'mail', refusal: 'refusal' } as const

type Prerendered =
  | typeof import('../pages/sign-in/prerender.tsx')
  | typeof import('../pages/register/prerender.tsx')
  | typeof import('../pages/mail/prerender.tsx')
  | typeof import('../pages/refusal/prerender.tsx')

/**
 * They then paint before any script has arrived, and work as forms without scripts. The server
 * fills the marks that are left in them, with words of the same language, which it finds beside
 * them; and it allows their styles by their hashes.
 */
export function prerenderPages(language: Language, languages: readonly Language[]): Plugin {
  return {
    name: 'keycard:prerender-pages',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) throw new Error('The client build must write into a directory')
      const outDir = path.join(dir, '.prerender')
      try {
        await buildForNode(language, outDir)
        const links = drawLanguageLinks(languages, language)
        for (const entry of Object.keys(pages)) await prerender(entry, outDir, dir, links)
        await copyFile(path.join(outDir, 'page-texts.js'), path.join(dir, 'page-texts.js'))
      } finally {
        await rm(outDir, { recursive: true, force: true })
      }
    },
  }
}

async function prerender(entry: string, outDir: string, dir: string, links: string): Promise<void> {
  const rendered: Prerendered = await import(pathToFileURL(path.join(outDir, `${entry}.js`)).href)
  const file = path.join(dir, `${entry}.html`)
  const page = await inlineStylesheets(await readFile(file, 'utf8'), dir)
  await writeFile(
    file,
    page
      .replace(/<title>.*?<\/title>/, () => `<title>${rendered.titleMark}</title>`)
      .replace('<div id="root"></div>', () => `<div id="root">${rendered.html}</div>${links}`),
  )
}

/** Into a directory that is removed once it has run. */
async function buildForNode(language: Language, outDir: string): Promise<void> {
  const entries = Object.entries(pages).map(([entry, folder]) => [
    entry,
    `client/pages/${folder}/prerender.tsx`,
  ])
  const common: InlineConfig = {
    configFile: false,
    root: 'client',
    logLevel: 'warn',
    plugins: [translateTexts(language), react({ jsxImportSource: '#jsx' })],
  }
  await build({
    ...common,
    build: {
      ssr: true,
      outDir,
      rolldownOptions: { input: Object.fromEntries(entries) },
    },
  })
  // One file: the server reads it by itself.
  await build({
    ...common,
    build: { ssr: '../server/contract/pages/page-texts.ts', outDir, emptyOutDir: false },
  })
}

/** All of them become one `<style>`, in their order, where the first one stood. */
async function inlineStylesheets(html: string, dir: string): Promise<string> {
  const links = [...html.matchAll(/[ \t]*<link rel="stylesheet"[^>]* href="([^"]+)"[^>]*>\n?/g)]
  const sheets = await Promise.all(
    links.map(([, href = '']) => readFile(path.join(dir, href), 'utf8')),
  )
  const style = `    <style>${sheets.join('').trim()}</style>\n`
  return links.reduce(
    (page, [link], index) => page.replace(link, () => (index === 0 ? style : '')),
    html,
  )
}
