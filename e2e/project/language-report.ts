// What a language of the pages lacks, which stays English there, and what is a mistake in it.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileMessage } from '../../client/build/compile-message.ts'
import { type FoundText, findTexts } from '../../client/build/find-texts.ts'
import { findTranslation, type Language, type Texts } from '../../client/build/language.ts'
import { holdsTexts } from '../../client/build/text-files.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

export interface LanguageReport {
  language: Language
  /** Paths of texts without a translation. */
  missing: string[]
  /** A sentence each: a translation of no text, or one that does not compile. */
  mistakes: string[]
}

/** Every text of the sources. */
export function listTexts(): FoundText[] {
  const files = ['client', 'server/contract'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}/${file.replaceAll('\\', '/')}`,
    ),
  )
  return files
    .filter(holdsTexts)
    .sort()
    .flatMap((file) => findTexts(file, readFileSync(join(project, file), 'utf8')))
}

export function reportLanguage(language: Language, texts: readonly FoundText[]): LanguageReport {
  const known = new Set(texts.map(({ path }) => path))
  const strangers = listPaths(language.texts).filter((path) => !known.has(path))
  return {
    language,
    missing: texts
      .map(({ path }) => path)
      .filter((path) => findTranslation(language, path) === undefined),
    mistakes: [
      ...strangers.map((path) => `${path} is no text of the sources`),
      ...texts.flatMap((text) => findMistake(language, text)),
    ],
  }
}

function findMistake(language: Language, { path, parameters = [] }: FoundText): string[] {
  const message = findTranslation(language, path)
  if (message === undefined) return []
  try {
    compileMessage(message, { language: language.tag, parameters })
    return []
  } catch (error) {
    return [`${path}: ${(error as Error).message}`]
  }
}

function listPaths(texts: Texts, before = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [before + key] : listPaths(value, `${before}${key}.`),
  )
}
