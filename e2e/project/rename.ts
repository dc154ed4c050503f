// Gives the project another name: in the brand, in package.json, and at the top of the README.

import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { type Change, planEdit } from './changes.ts'

/** These import the project's own package by its name. */
const importers = [
  'e2e/host-examples/in-fastify.ts',
  'e2e/host-examples/in-node.ts',
  'docs/existing-apps.md',
]

/** A sentence that says what would be right; undefined for a name that is. */
export function nameProblem(folder: string, name: string): string | undefined {
  const isName = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .&'’-]*$/u.test(name) && /\p{L}/u.test(name)
  if (!isName || name.trim() !== name || /\s\s/.test(name) || name.length < 3 || name.length > 30) {
    return (
      `The name ${JSON.stringify(name)} does not do: it has 3 to 30 letters, digits, spaces and ` +
      `. & ' ’ -, begins with a letter or a digit, and has a letter, as "Plantry" or "Tom & Ada’s".`
    )
  }
  const packageName = slugOf(name)
  const { dependencies, devDependencies } = readPackage(folder)
  if (packageName in { ...dependencies, ...devDependencies } || isBuiltin(packageName)) {
    return (
      `The name "${name}" does not do: its package would be "${packageName}", the name of one that ` +
      `the project uses. Add a word to it, as "${name} Accounts".`
    )
  }
  return undefined
}

/** @throws Error where the brand has been written in another form */
export function planRename(folder: string, name: string): Change[] {
  const brand = readFileSync(join(folder, 'server/contract/brand.ts'), 'utf8')
  const from = /^export const productName = ['"](.*)['"]$/m.exec(brand)?.[1]
  if (from === name) return []
  const { name: packageName } = readPackage(folder)
  const slug = slugOf(name)
  return [
    ...planEdit(folder, 'server/contract/brand.ts', `has the name "${name}"`, (text) =>
      setConstants(text, {
        productName: name,
        productSlug: slug,
        productSpellings: spellingsOf(name),
      }),
    ),
    ...planEdit(folder, 'package.json', `has the name "${slug}"`, (text) =>
      text.replace(`"name": "${packageName}"`, `"name": "${slug}"`),
    ),
    // At the top, and in the entry of the package itself.
    ...planEdit(folder, 'package-lock.json', `has the name "${slug}"`, (text) =>
      text
        .replace(`\n  "name": "${packageName}"`, `\n  "name": "${slug}"`)
        .replace(`\n      "name": "${packageName}"`, `\n      "name": "${slug}"`),
    ),
    ...planEdit(
      folder,
      'README.md',
      `begins with "${name}", and says what it is built on`,
      (text) =>
        text.replace(/^# (.*)\n/, (line, title) => {
          if (title === 'Keycard') return `# ${name}\n\n${builtOn}\n`
          return title === from ? `# ${name}\n` : line
        }),
    ),
    ...importers.flatMap((path) =>
      planEdit(folder, path, `imports "${slug}"`, (text) =>
        text
          .replaceAll(`from '${packageName}'`, `from '${slug}'`)
          .replace(`"${packageName}": "file:./${packageName}"`, `"${slug}": "file:./${slug}"`)
          .replace(`\`${packageName}/router\``, `\`${slug}/router\``),
      ),
    ),
  ]
}

const builtOn = 'Its accounts are built on Keycard, which the rest of this page describes.'

/** For npm and for file names: "Tom & Ada’s" is tom-ada-s, and a name without a-z is app. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'app'
}

/** As it is, in one word, and with hyphens. */
function spellingsOf(name: string): string[] {
  const words = name.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u)
  return [...new Set([name.toLowerCase(), words.join(''), words.join('-')])]
}

function setConstants(text: string, values: Record<string, unknown>): string {
  return Object.entries(values).reduce((edited, [constant, value]) => {
    const declared = new RegExp(`^(export const ${constant}\\b[^=]*= )(\\[[^\\]]*\\]|.*)$`, 'm')
    if (!declared.test(edited)) {
      throw new Error(`server/contract/brand.ts has no line "export const ${constant} = …".`)
    }
    return edited.replace(declared, (_, start) => start + JSON.stringify(value))
  }, text)
}

interface PackageFile {
  name: string
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

function readPackage(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
