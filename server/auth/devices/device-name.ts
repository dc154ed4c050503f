// What people call a user agent: "Firefox on Linux". Made of what it says about itself; a guess.

import { userAgentMaxLength } from '../../contract/device.ts'

/** null where it says nothing that could be a name. */
export function nameDevice(userAgent: string | null): string | null {
  // Rows from before user agents were cut may hold longer ones.
  const text = userAgent?.slice(0, userAgentMaxLength) ?? ''
  const program = nameOf(browsers, text) ?? firstProduct(text)
  const system = nameOf(systems, text)
  if (program !== undefined && system !== undefined) return `${program} on ${system}`
  return program ?? system ?? null
}

/** "Firefox", "curl": without the version, which an update changes in the middle of a session. */
export function nameProgram(userAgent: string | null): string {
  const text = userAgent ?? ''
  const [leading = ''] = /^[^\s/]{0,40}/.exec(text) ?? []
  return nameOf(browsers, text) ?? leading
}

type Names = readonly (readonly [name: string, sign: RegExp])[]

/** In this order: most of them also claim to be Chrome, and Chrome to be Safari. */
const browsers: Names = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\/|\bOPT\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Yandex', /\bYaBrowser\//],
  ['DuckDuckGo', /\bDuckDuckGo\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|HeadlessChrome|Chromium|CriOS)\//],
  ['Safari', /\bSafari\//],
]

/** Of those that name two, the one that people know it by comes first. */
const systems: Names = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows NT\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]

function nameOf(names: Names, text: string): string | undefined {
  return names.find(([, sign]) => sign.test(text))?.[0]
}

/** RFC 9110 §10.1.5: `curl/8.5.0`. Every browser of today begins with the word Mozilla. */
function firstProduct(text: string): string | undefined {
  const product = /^([A-Za-z][\w.+-]{0,39})(?:\/|$)/.exec(text)?.[1]
  return product === 'Mozilla' ? undefined : product
}
