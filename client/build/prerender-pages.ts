// After the client build: renders the pages before the app into their HTML, and inlines their stylesheets.

import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'

/** The pages that stand before the app: the folder of each, by the name of its entry. */
const pages = { login: 'sign-in', register: 'register', mail: 'mail', refusal: 'refusal' } as const

type Prerendered =
  | typeof import('../pages/sign-in/prerender.tsx')
  | typeof import('../pages/register/prerender.tsx')
  | typeof import('../pages/mail/prerender.tsx')
  | typeof import('../pages/refusal/prerender.tsx')

/**
 * They then paint before any script has arrived, and work as forms without scripts. The server
 * fills the marks that are left in them, and allows their styles by their hashes.
 */
export function prerenderPages(): Plugin {
  return {
    name: 'keycard:prerender-pages',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) throw new Error('The client build must write into a directory')
      // One after the other: each builds into the same directory.
      for (const [entry, folder] of Object.entries(pages)) await prerender(entry, folder, dir)
    },
  }
}

async function prerender(entry: string, folder: string, dir: string): Promise<void> {
  const rendered = await renderPage(folder, path.join(dir, '.prerender'))
  const file = path.join(dir, `${entry}.html`)
  const page = await inlineStylesheets(await readFile(file, 'utf8'), dir)
  await writeFile(
    file,
    page
      .replace(/<title>.*?<\/title>/, () => `<title>${rendered.titleMark}</title>`)
      .replace('<div id="root"></div>', () => `<div id="root">${rendered.html}</div>`),
  )
}

/** Built for Node into a directory that is removed once it has run. */
async function renderPage(folder: string, outDir: string): Promise<Prerendered> {
  try {
    await build({
      configFile: false,
      root: 'client',
      logLevel: 'warn',
      plugins: [react({ jsxImportSource: '#jsx' })],
      build: { ssr: `pages/${folder}/prerender.tsx`, outDir, emptyOutDir: true },
    })
    return await import(`${pathToFileURL(path.join(outDir, 'prerender.js')).href}?${folder}`)
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
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
