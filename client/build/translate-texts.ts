// Builds the pages in one language: each text of the sources gives way to its translation, before they are bundled.

import { fileURLToPath } from 'node:url'
import { normalizePath, type Plugin } from 'vite'
import { compileMessage } from './compile-message.ts'
import { type FoundText, findTexts } from './find-texts.ts'
import { findTranslation, type Language } from './language.ts'
import { lengthen, pseudoTag } from './pseudo-language.ts'

const project = normalizePath(fileURLToPath(new URL('../..', import.meta.url)))

export function translateTexts(language: Language): Plugin {
  return {
    name: 'keycard:translate-texts',
    enforce: 'pre',
    transform(source, id) {
      const file = normalizePath(id).replace(project, '')
      const code = translateSource(file, source, language)
      return code === source ? undefined : { code, map: null }
    },
    transformIndexHtml: (html) =>
      html.replace(
        '<html lang="en"',
        `<html lang="${language.tag}"${language.direction === 'rtl' ? ' dir="rtl"' : ''}`,
      ),
  }
}

/** From the last to the first, so that the places of the others stay. */
export function translateSource(file: string, source: string, language: Language): string {
  const texts = findTexts(file, source)
  return texts.reduceRight((translated, text) => {
    const replacement = translate(text, source.slice(text.start, text.end), language)
    return translated.slice(0, text.start) + replacement + translated.slice(text.end)
  }, source)
}

function translate({ path, parameters }: FoundText, written: string, language: Language): string {
  if (language.tag === pseudoTag) return lengthen(written)
  const message = findTranslation(language, path)
  if (message === undefined) return written
  try {
    const text = compileMessage(message, { language: language.tag, parameters: parameters ?? [] })
    return parameters ? `(${parameters.join(', ')}) => ${text}` : text
  } catch (error) {
    throw new Error(`client/languages/${language.tag}.json: ${path}: ${(error as Error).message}`)
  }
}
