// The fixed operators of the mutation run: each makes one small fault of a kind that people make.

import { createHash } from 'node:crypto'
import { parseSync } from 'vite'

export interface Mutant {
  operator: string
  /** Of its first character, from 1. */
  line: number
  /** The old text and the new, each on one line. */
  before: string
  after: string
  /** The whole file with the fault. */
  text: string
}

/** ESTree, as oxc produces it. */
interface Node {
  type: string
  start: number
  end: number
  [field: string]: unknown
}

interface Edit {
  start: number
  end: number
  text: string
}

type Operator = (node: Node, parent: Node | undefined) => Edit[]

const binarySwaps = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['===', '!=='],
  ['!==', '==='],
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
])
const logicalSwaps = new Map([
  ['&&', '||'],
  ['||', '&&'],
])
const methodSwaps = new Map([
  ['every', 'some'],
  ['some', 'every'],
  ['max', 'min'],
  ['min', 'max'],
])
const sqlSwaps = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
])
/** Links of a chain that can be left out: the chain still works, and accepts more. */
const droppedLinks = ['where', 'filter', 'limit']

const operators: Record<string, Operator> = {
  /** `a < b` → `a <= b`, `a === b` → `a !== b`, `a + b` → `a - b` */
  binary: (node) =>
    node.type === 'BinaryExpression' && !isTextSum(node) ? swapOperator(node, binarySwaps) : [],

  /** `a && b` → `a || b` */
  logical: (node) => (node.type === 'LogicalExpression' ? swapOperator(node, logicalSwaps) : []),

  /** `a ?? b` → `a` */
  fallback: (node) =>
    node.type === 'LogicalExpression' && node.operator === '??'
      ? [{ start: child(node, 'left').end, end: node.end, text: '' }]
      : [],

  /** `if (a)` → `if (true)`, `if (false)`; the same of `a ? b : c` */
  condition: (node) =>
    node.type === 'IfStatement' || node.type === 'ConditionalExpression'
      ? ['true', 'false'].map((text) => replace(child(node, 'test'), text))
      : [],

  /** `!a` → `a` */
  negation: (node) =>
    node.type === 'UnaryExpression' && node.operator === '!'
      ? [{ start: node.start, end: node.start + 1, text: '' }]
      : [],

  /** `true` → `false`, `30` → `31` */
  literal: (node) => {
    if (node.type !== 'Literal') return []
    if (typeof node.value === 'boolean') return [replace(node, String(!node.value))]
    if (typeof node.value === 'number') return [replace(node, String(node.value + 1))]
    return []
  },

  /** `.where('revoked_at_ms', 'is', null)`, `.filter(isMachineScope)` → nothing */
  link: (node) => {
    const callee = node.type === 'CallExpression' ? child(node, 'callee') : undefined
    if (callee?.type !== 'MemberExpression') return []
    if (!droppedLinks.includes(nameOf(child(callee, 'property')))) return []
    return [{ start: child(callee, 'object').end, end: node.end, text: '' }]
  },

  /** `.where('expires_at_ms', '>', nowMs)` → `'>='` */
  sql: (node, parent) => {
    if (node.type !== 'Literal' || parent?.type !== 'CallExpression') return []
    const swapped = sqlSwaps.get(String(node.value))
    return swapped === undefined ? [] : [replace(node, `'${swapped}'`)]
  },

  /** `scopes.every(…)` → `scopes.some(…)`, `Math.max(…)` → `Math.min(…)` */
  method: (node, parent) => {
    const isCalled = parent?.type === 'MemberExpression' && parent.property === node
    const swapped = isCalled ? methodSwaps.get(nameOf(node)) : undefined
    return swapped === undefined ? [] : [replace(node, swapped)]
  },

  /** `await sessions.end(id)` → nothing */
  call: (node) => {
    if (node.type !== 'ExpressionStatement') return []
    const expression = child(node, 'expression')
    const called =
      expression.type === 'AwaitExpression' ? child(expression, 'argument') : expression
    return called.type === 'CallExpression' ? [replace(node, ';')] : []
  },

  /** `runAtomically([update, auditLog.entry(…)])` → one of its writes less */
  element: (node) => {
    if (node.type !== 'ArrayExpression') return []
    const elements = node.elements as Node[]
    return elements
      .filter((element) => ['CallExpression', 'SpreadElement'].includes(element?.type))
      .map((element) => replace(element, '...[]'))
  },
}

/** All mutants of a file, in the order of their places in it. */
export function makeMutants(fileName: string, source: string): Mutant[] {
  const { program, errors } = parseSync(fileName, source)
  if (errors.length > 0) throw new Error(`${fileName} cannot be parsed: ${errors[0]?.message}`)
  const found: { operator: string; edit: Edit }[] = []
  visit(program as unknown as Node, undefined, (node, parent) => {
    for (const [operator, make] of Object.entries(operators)) {
      found.push(...make(node, parent).map((edit) => ({ operator, edit })))
    }
  })
  return found
    .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end)
    .map(({ operator, edit: { start, end, text } }) => ({
      operator,
      line: source.slice(0, start).split('\n').length,
      before: oneLine(source.slice(start, end)),
      after: oneLine(text),
      text: source.slice(0, start) + text + source.slice(end),
    }))
}

/** `count` of them, the same for the same seed, in their order. */
export function sample(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const rank = ({ text }: Mutant) => createHash('sha256').update(seed).update(text).digest('hex')
  const chosen = new Set([...mutants].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count))
  return mutants.filter((mutant) => chosen.has(mutant))
}

/**
 * Types are not code: nothing in them runs. In an expression with a type, only the expression is
 * mutated.
 */
const typedExpressions = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']

function visit(
  node: Node,
  parent: Node | undefined,
  look: (node: Node, parent: Node | undefined) => void,
): void {
  if (node.type.startsWith('TS') && !typedExpressions.includes(node.type)) return
  look(node, parent)
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isNode(item)) visit(item, node, look)
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function child(node: Node, field: string): Node {
  return node[field] as Node
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? String(node.name) : ''
}

function replace({ start, end }: Node, text: string): Edit {
  return { start, end, text }
}

function swapOperator(node: Node, swaps: ReadonlyMap<string, string>): Edit[] {
  const swapped = swaps.get(String(node.operator))
  if (swapped === undefined) return []
  const [left, right] = [child(node, 'left'), child(node, 'right')]
  return [{ start: left.end, end: right.start, text: ` ${swapped} ` }]
}

/** `a + 'b'` joins texts, and there is no minus for that. */
function isTextSum(node: Node): boolean {
  return (
    node.operator === '+' &&
    [child(node, 'left'), child(node, 'right')].some(
      ({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string',
    )
  )
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
