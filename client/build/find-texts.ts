// Finds the texts in a source: strings, and functions that make one of what is put into it.

import { parseSync } from 'vite'
import { holdsTexts, isText } from './text-files.ts'

export interface FoundText {
  /** 'accountStrings.form.saving' */
  path: string
  /** Where it stands in the source, in UTF-16 code units. */
  start: number
  end: number
  /** What it is given, in order; undefined for a plain string. */
  parameters?: readonly string[]
}

// oxc's tree, as far as it is read here.
interface Node {
  type: string
  start: number
  end: number
  // biome-ignore lint/suspicious/noExplicitAny: each kind of node has fields of its own
  [field: string]: any
}

/** @param file from the project's folder, with slashes */
export function findTexts(file: string, source: string): FoundText[] {
  if (!holdsTexts(file)) return []
  const found: FoundText[] = []
  const add = (path: string, text: FoundText) => {
    if (isText(file, path)) found.push(text)
  }
  const visit = (given: Node, path: string): void => {
    const node = unwrap(given)
    const { start, end } = node
    if (node.type === 'ObjectExpression') {
      for (const property of node.properties) {
        if (property.type !== 'Property' || property.computed) continue
        visit(property.value, `${path}.${property.key.name ?? property.key.value}`)
      }
    } else if (node.type === 'ArrowFunctionExpression') {
      const parameters = node.params.map((parameter: Node) => parameter.name)
      add(path, { path, start, end, parameters })
    } else if (node.type === 'TemplateLiteral' || typeof node.value === 'string') {
      add(path, { path, start, end })
    }
  }
  for (const statement of parseSync(file, source).program.body as Node[]) {
    const declared = statement.declaration ?? statement
    if (declared.type !== 'VariableDeclaration') continue
    for (const { id, init } of declared.declarations) if (init) visit(init, id.name)
  }
  return found
}

/** Without `as const` and `satisfies`. */
function unwrap(node: Node): Node {
  return /^(TS(As|Satisfies)|Parenthesized)Expression$/.test(node.type)
    ? unwrap(node.expression)
    : node
}
