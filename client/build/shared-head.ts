// What stands in the head of every page, inserted into each of them in place of a mark.

import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { productName } from '../../server/contract/brand.ts'
import { readColors } from './read-colors.ts'

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
        return html.replace(mark, writeHead)
      },
    },
  }
}

function writeHead(): string {
  const page = readColors('page')
  const words: Readonly<Record<string, string>> = {
    productName: productName.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    pageLight: page.light,
    pageDark: page.dark,
  }
  return readFileSync(head, 'utf8').replaceAll(/%(\w+)%/g, (whole, word) => words[word] ?? whole)
}
