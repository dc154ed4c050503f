// The choice of a language below the pages before the app: links, which work without scripts and cost none.

import { languagePath } from '../../server/contract/pages.ts'
import { findTranslation, type Language } from './language.ts'

/** '' where there is no choice. It is not part of what React draws. */
export function drawLanguageLinks(languages: readonly Language[], current: Language): string {
  if (languages.length < 2) return ''
  const label = findTranslation(current, 'accountStrings.language.label') ?? 'Language'
  const links = languages.map(({ tag, name, direction }) => {
    const mark = tag === current.tag ? ' aria-current="true"' : ''
    const words = `lang="${tag}" hreflang="${tag}" dir="${direction}" translate="no"`
    return `<a href="${languagePath}?to=${tag}" ${words}${mark}>${name}</a>`
  })
  return `<nav class="languages" aria-label="${label}">${links.join('')}</nav>`
}
