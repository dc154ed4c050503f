// Puts the pages' scripts aside while building: a page is painted first, and loads them then.

import type { Plugin } from 'vite'

/** The name of the entry that takes them out again. */
const loader = 'after-paint'

/** The pages that can be seen, and used, before a script has arrived. */
const pages: readonly string[] = ['/login.html', '/register.html']

/** In a template: browsers fetch nothing that stands in one, and their preload scanner skips it. */
export function scriptsAfterPaint(): Plugin {
  return {
    name: 'keycard:scripts-after-paint',
    apply: 'build',
    transformIndexHtml: {
      // When Vite has written the scripts in, under the names that they are built with.
      order: 'post',
      handler(html, { path, bundle = {} }) {
        if (!pages.includes(path)) return
        const script = Object.values(bundle).find(({ name }) => name === loader)
        if (!script) throw new Error(`The client build has no entry named ${loader}`)
        return {
          html: html.replace(scriptTags, ''),
          tags: [
            {
              tag: 'template',
              injectTo: 'head',
              children: html.match(scriptTags)?.join('').trim() ?? '',
            },
            {
              tag: 'script',
              injectTo: 'head',
              attrs: { type: 'module', src: `/${script.fileName}` },
            },
          ],
        }
      },
    },
  }
}

const scriptTags = /[ \t]*<(?:script type="module"|link rel="modulepreload").*\n/g
