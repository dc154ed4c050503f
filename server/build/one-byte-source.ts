// Writes the built server so that V8 keeps its text at one byte a character.

import type { Plugin } from 'vite'

/**
 * V8 keeps the text of every module, at two bytes a character as soon as one of them is beyond
 * Latin-1: some sixty of our 2.8 million, mostly in messages, cost 2.6 MiB. They become escapes, which
 * mean the same in texts, templates, patterns and comments.
 */
export function oneByteSource(): Plugin {
  return {
    name: 'keycard:one-byte-source',
    apply: 'build',
    generateBundle: {
      // After the last printer, which writes escapes as characters again.
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk') file.code = escapeBeyondLatin1(file.code)
        }
      },
    },
  }
}

/** Half a pair each where a character needs two: a pattern of whole characters reads them as one. */
function escapeBeyondLatin1(code: string): string {
  return code.replaceAll(/[\u0100-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
