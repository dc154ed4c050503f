// The languages of the pages: one file each in client/languages, beside English, which the sources are written in.

import { readdirSync, readFileSync } from 'node:fs'

export interface Language {
  /** BCP 47: 'de'. The name of its file. */
  tag: string
  /** As its own speakers write it: 'Deutsch'. */
  name: string
  direction: 'ltr' | 'rtl'
  /** By the names of the constants in the sources, and their keys. What is missing stays English. */
  texts: Texts
}

export interface Texts {
  [key: string]: string | Texts
}

export const english: Language = { tag: 'en', name: 'English', direction: 'ltr', texts: {} }

const folder = new URL('../languages/', import.meta.url)

/** English first, and then by their tags. */
export function readLanguages(): Language[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return [english, ...files.sort().map((name) => readLanguage(name))]
}

function readLanguage(file: string): Language {
  const { name, direction, ...texts } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
  return { tag: file.replace('.json', ''), name, direction, texts }
}

/** @param path 'accountStrings.form.saving' */
export function findTranslation({ texts }: Language, path: string): string | undefined {
  let found: string | Texts | undefined = texts
  for (const key of path.split('.')) {
    found = typeof found === 'object' && Object.hasOwn(found, key) ? found[key] : undefined
  }
  return typeof found === 'string' ? found : undefined
}
