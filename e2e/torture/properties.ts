// A million cases for each property of the parsers and the token verifier.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const files = [
  'server/web/form-body.test.ts',
  'server/auth/tokens/identity.test.ts',
  'server/contract/scopes.test.ts',
  'server/auth/tokens/access-tokens-property.test.ts',
]

/** `args`: how many cases, and words that pick files, as vitest takes them. */
export function tortureProperties(args: readonly string[]): Promise<boolean> {
  const [first = '', ...rest] = args
  const isCount = /^\d+$/.test(first)
  const cases = isCount ? first : '1000000'
  const words = isCount ? rest : args
  const chosen = files.filter(
    (file) => words.length === 0 || words.some((word) => file.includes(word)),
  )
  if (chosen.length === 0) {
    console.error(`None of these is meant by "${words.join(' ')}":\n${files.join('\n')}`)
    return Promise.resolve(false)
  }
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=verbose',
      '--testTimeout=0',
      '--testNamePattern=property',
      ...chosen,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, PROPERTY_CASES: cases } },
  )
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code === 0))
  })
}
