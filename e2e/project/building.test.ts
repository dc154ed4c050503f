// docs/building.md: every example in it compiles, at the path that it names.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** One of our own files, shown as it is. */
const ownFile = readFileSync(join(root, 'e2e/example.spec.ts'), 'utf8')
const examples = listExamples(readFileSync(join(root, 'docs/building.md'), 'utf8')).filter(
  ({ text }) => !ownFile.endsWith(text),
)

it('every example names its file', () => {
  expect(examples.length).toBeGreaterThan(3)
  for (const { path } of examples) expect(path).toMatch(/^(client|server|e2e)\/[\w/.-]+\.tsx?$/)
})

it('every example compiles there, and a misspelt scope does not', () => {
  const misspelt = examples.flatMap(({ text }) =>
    text.includes("useCan('items:write')")
      ? [{ path: 'client/pages/misspelt.tsx', text: misspell(text) }]
      : [],
  )
  const complaints = compile([...examples, ...misspelt])
  expect(complaints).toEqual([
    expect.stringMatching(/client\/pages\/misspelt\.tsx.*"items:wirte"' is not assignable/),
  ])
})

interface Example {
  path: string
  text: string
}

function listExamples(markdown: string): Example[] {
  return [...markdown.matchAll(/^```tsx?\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({
    path: /^\/\/ (\S+)\n/.exec(text)?.[1] ?? '',
    text,
  }))
}

/** One folder further up than it was written for. */
function misspell(text: string): string {
  return text.replaceAll("'../../", "'../").replace("'items:write'", "'items:wirte'")
}

/**
 * Puts the examples among the sources, as if they belonged there; returns what tsc complains about.
 */
function compile(files: readonly Example[]): string[] {
  const overlay = mkdtempSync(join(tmpdir(), 'keycard-examples-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(overlay, 'node_modules'), 'junction')
    for (const { path, text } of files) {
      mkdirSync(dirname(join(overlay, path)), { recursive: true })
      writeFileSync(join(overlay, path), text)
    }
    const configuration = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { rootDirs: [root, overlay] },
      include: files.map(({ path }) => join(overlay, path)),
    }
    writeFileSync(join(overlay, 'tsconfig.json'), JSON.stringify(configuration))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', overlay], { encoding: 'utf8' })
    return stdout.split('\n').filter((line) => line !== '')
  } finally {
    rmSync(overlay, { recursive: true })
  }
}
