// Says what the languages of the pages lack; a mistake in one of them fails the check.

import { english, readLanguages } from '../../client/build/language.ts'
import { listTexts, reportLanguage } from './language-report.ts'

const texts = listTexts()
const reports = readLanguages()
  .filter(({ tag }) => tag !== english.tag)
  .map((language) => reportLanguage(language, texts))

for (const { language, missing, mistakes } of reports) {
  const file = `client/languages/${language.tag}.json`
  for (const mistake of mistakes) console.error(`${file}: ${mistake}`)
  if (missing.length === 0) console.log(`${file} has all ${texts.length} texts.`)
  else
    console.log(`${file} lacks ${missing.length} of ${texts.length} texts: ${listMissing(missing)}`)
}
if (reports.some(({ mistakes }) => mistakes.length > 0)) process.exitCode = 1

/** Of a constant that has no translation at all, only the name. */
function listMissing(missing: readonly string[]): string {
  const groups = [...new Set(missing.map(groupOf))].map((group) => {
    const all = texts.filter(({ path }) => groupOf(path) === group)
    const lacking = missing.filter((path) => groupOf(path) === group)
    return lacking.length === all.length ? [`all ${all.length} of ${group}`] : lacking
  })
  return groups.flat().join(', ')
}

function groupOf(path: string): string {
  return path.split('.', 1)[0] ?? path
}
