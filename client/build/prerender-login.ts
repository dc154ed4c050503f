// After the client build: the sign-in page rendered into its HTML, with its stylesheet inlined.

import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'

type Prerendered = typeof import('../pages/login/prerender.tsx')

/**
 * The page then paints before any script has come, and without scripts it is a working form.
 * The server fills the marks that are left in it, and admits the style by its hash.
 */
export function prerenderLogin(): Plugin {
  return {
    name: 'keycard:prerender-login',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) throw new Error('The client build must write into a directory')
      const { signInHtml, titleMark } = await renderPage(path.join(dir, '.prerender'))
      const file = path.join(dir, 'login.html')
      const html = await readFile(file, 'utf8')
      const withStyle = await inlineStylesheets(html, dir)
      await writeFile(
        file,
        withStyle
          .replace(/<title>.*?<\/title>/, () => `<title>${titleMark}</title>`)
          .replace('<div id="root"></div>', () => `<div id="root">${signInHtml}</div>`),
      )
    },
  }
}

/** Built for Node into a directory that goes away again once it has run. */
async function renderPage(outDir: string): Promise<Prerendered> {
  try {
    await build({
      configFile: false,
      root: 'client',
      logLevel: 'warn',
      plugins: [react()],
      build: { ssr: 'pages/login/prerender.tsx', outDir, emptyOutDir: true },
    })
    return await import(pathToFileURL(path.join(outDir, 'prerender.js')).href)
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
