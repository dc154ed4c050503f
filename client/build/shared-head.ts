// What stands in the head of every page, inserted into each of them in place of a mark.

import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const head = new URL('../head.html', import.meta.url)
const mark = '    <!-- head.html -->\n'

export function sharedHead(): Plugin {
  return {
    name: 'keycard:shared-head',
    transformIndexHtml: {
      // Before Vite looks for files to bundle, which the head names.
      order: 'pre',
      handler: (html) => html.replace(mark, () => readFileSync(head, 'utf8')),
    },
  }
}
