// Compiles a message in ICU MessageFormat into the source of a template literal: nothing of it is left to do in a browser.

import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'
import { productName } from '../../server/contract/brand.ts'

interface MessageContext {
  /** A language tag: 'de'. */
  language: string
  /** The names that the message may use. */
  parameters: readonly string[]
}

/** @throws Error where the message does not parse, or names what it is not given */
export function compileMessage(message: string, context: MessageContext): string {
  return compileElements(parse(message, { ignoreTag: true }), context)
}

function compileElements(
  elements: readonly MessageFormatElement[],
  context: MessageContext,
  counted?: string,
): string {
  return `\`${elements.map((element) => compileElement(element, context, counted)).join('')}\``
}

function compileElement(
  element: MessageFormatElement,
  context: MessageContext,
  counted: string | undefined,
): string {
  switch (element.type) {
    case TYPE.literal:
      return element.value.replace(/[\\`$]/g, '\\$&')
    case TYPE.argument:
      // Every message may name the product, which has a name of its own in each copy.
      return element.value === 'product' ? productName : `\${${nameOf(element, context)}}`
    case TYPE.number:
      return `\${${formatNumber(nameOf(element, context), context)}}`
    case TYPE.pound:
      return `\${${formatNumber(counted ?? '', context)}}`
    case TYPE.plural: {
      const name = nameOf(element, context)
      const rules = `new Intl.PluralRules(${JSON.stringify(context.language)}).select(${name})`
      return `\${${choose(name, rules, element.options, context, name)}}`
    }
    case TYPE.select: {
      const name = nameOf(element, context)
      return `\${${choose(name, name, element.options, context, counted)}}`
    }
    default:
      throw new Error(`"${element.type}" is not supported: format it before, and put it in`)
  }
}

/** Exact numbers (`=0`) come first; what is not listed is `other`. */
function choose(
  name: string,
  chosen: string,
  options: Readonly<Record<string, { value: MessageFormatElement[] }>>,
  context: MessageContext,
  counted: string | undefined,
): string {
  const compiled = Object.entries(options).map(([option, { value }]) => ({
    option,
    text: compileElements(value, context, counted),
  }))
  const exact = compiled.filter(({ option }) => option.startsWith('='))
  const others = compiled.filter(({ option }) => !option.startsWith('='))
  const last = others.find(({ option }) => option === 'other')?.text ?? '``'
  const table = others
    .filter(({ option }) => option !== 'other')
    .map(({ option, text }) => `${JSON.stringify(option)}:${text}`)
  const byRule = table.length === 0 ? last : `({${table}})[${chosen}]??${last}`
  return exact.reduceRight(
    (rest, { option, text }) => `${name}===${option.slice(1)}?${text}:${rest}`,
    byRule,
  )
}

function formatNumber(name: string, { language }: MessageContext): string {
  return `new Intl.NumberFormat(${JSON.stringify(language)}).format(${name})`
}

function nameOf({ value }: { value: string }, { parameters }: MessageContext): string {
  if (parameters.includes(value)) return value
  const known = parameters.length > 0 ? `only ${parameters.join(', ')}` : 'no values'
  throw new Error(`"{${value}}" is not known here: this text is given ${known}`)
}
