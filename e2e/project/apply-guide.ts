// Does in a copy of the project what the examples of docs/building.md say.

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A copy of what there is to build and to test; the packages are those of `root`. */
export function copyProject(root: string, target: string): void {
  for (const name of copied) cpSync(join(root, name), join(target, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'), 'junction')
}

const copied = [
  ...['client', 'server', 'e2e', 'docs', 'README.md', '.env.example', '.gitignore'],
  ...['biome.json', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['vite.config.ts', 'vite.server.config.ts', 'vitest.config.ts', 'playwright.config.ts'],
]

export interface Example {
  path: string
  text: string
}

export function listExamples(markdown: string): Example[] {
  return [...markdown.matchAll(/^```tsx?\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({
    path: /^\/\/ (\S+)\n/.exec(text)?.[1] ?? '',
    text,
  }))
}

/** What docs/building.md adds; it also shows one of our own files as it is. */
export function listGuide(root: string): Example[] {
  const own = readFileSync(join(root, 'e2e/example.spec.ts'), 'utf8')
  const guide = readFileSync(join(root, 'docs/building.md'), 'utf8')
  return listExamples(guide).filter(({ text }) => !own.endsWith(text))
}

/** Does all that "Add a feature" says in the guide of that copy. @throws Error where it adds none */
export function addFeature(folder: string): void {
  const guide = readFileSync(join(folder, 'docs/building.md'), 'utf8')
  const [section = ''] = /^## Add a feature\n[\s\S]*?(?=^## )/m.exec(guide) ?? []
  const examples = listExamples(section)
  if (examples.length === 0) throw new Error('docs/building.md of that state adds no feature')
  for (const example of examples) applyExample(folder, example)
}

/** A new file as it is; of one that is there, the first line is found, and the others go below it. */
export function applyExample(folder: string, { path, text }: Example): void {
  const file = join(folder, path)
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return
  }
  const [, anchor = '', ...added] = text.trimEnd().split('\n')
  const before = readFileSync(file, 'utf8')
  if (!before.includes(`${anchor}\n`)) throw new Error(`${path} has no line "${anchor}"`)
  const lines = added.filter((line) => !before.includes(line))
  writeFileSync(
    file,
    before.replace(`${anchor}\n`, () => `${[anchor, ...lines].join('\n')}\n`),
  )
}
