// What stands in the head of every page, inserted into each of them in place of a mark.

import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const head = new URL('../head.html', import.meta.url)
/** With the end of its line, which an editor or a clone on Windows may have written as CRLF. */
const mark = /^[ \t]*<!-- head\.html -->\r?\n/m

export function sharedHead(): Plugin {
  return {
    name: 'keycard:shared-head',
    transformIndexHtml: {
      // Before Vite looks for files to bundle, which the head names.
      order: 'pre',
      handler(html, { path }) {
        if (!mark.test(html)) throw new Error(`${path} has no line <!-- head.html -->`)
        return html.replace(mark, () => readFileSync(head, 'utf8'))
      },
    },
  }
}
