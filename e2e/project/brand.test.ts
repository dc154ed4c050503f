// The name that people read stands in one file: a rename is a change of server/contract/brand.ts.

import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'vite'
import { expect, test } from 'vitest'
import { productName } from '../../server/contract/brand.ts'
import { readSources } from './read-sources.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

// An app of another name may say that it is built on Keycard.
test.runIf(names(productName))(
  'no text of the server and of the pages names Keycard but the brand',
  () => {
    const named = [...readSources(root)].filter(([path, text]) => listTexts(path, text).some(names))
    expect(named.map(([path]) => path)).toEqual(['server/contract/brand.ts'])
  },
)

test('control: a text that names it is found, and a comment or a name in code is not', () => {
  const texts = (source: string) => listTexts('page.tsx', source).filter(names)
  expect(texts('export const title = `The pages of Keycard`')).toHaveLength(1)
  expect(texts("say('Keycard is ready')")).toHaveLength(1)
  expect(texts('export const page = <p>Keycard</p>')).toHaveLength(1)
  expect(texts("// Keycard\nimport { Keycard } from './keycard.tsx'")).toHaveLength(0)
})

/** As people read it: identifiers on the wire and in storage are in small letters. */
function names(text: string): boolean {
  return text.includes('Keycard')
}

/** What stands in quotes, in templates and between tags. */
function listTexts(path: string, source: string): string[] {
  const texts: string[] = []
  new Visitor({
    Literal: ({ value }) => void (typeof value === 'string' && texts.push(value)),
    TemplateElement: ({ value }) => void texts.push(value.raw),
    JSXText: ({ value }) => void texts.push(value),
  }).visit(parseSync(path, source).program)
  return texts
}
