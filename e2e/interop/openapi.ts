// `npm run interop -- openapi`: Redocly's and Spectral's linters on our own document. npx fetches them.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestApp } from '../../server/testing/test-app.ts'

/** Versions that are known to work; each takes the given file. */
const linters = [
  { name: '@redocly/cli@2.77.0', args: ['redocly', 'lint'] },
  {
    name: '@stoplight/spectral-cli@6.16.3',
    args: ['spectral', 'lint', '--ruleset', 'ruleset.yaml'],
  },
]

/** @returns whether both found no error. With `--control` they lint a document that has one. */
export async function interopOpenapi(args: readonly string[]): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'keycard-openapi-'))
  const keycard = await openTestApp()
  try {
    const document = (await keycard.app.inject('/openapi.json')).json()
    if (args.includes('--control')) delete document.info.title
    await writeFile(join(directory, 'openapi.json'), JSON.stringify(document))
    await writeFile(join(directory, 'ruleset.yaml'), 'extends: ["spectral:oas"]\n')
    let isOk = true
    for (const { name, args } of linters) {
      const { code, output } = await runLinter(directory, name, args)
      console.log(`${name}: ${code === 0 ? 'no errors' : 'errors'}\n${output.trimEnd()}\n`)
      if (code !== 0) isOk = false
    }
    return isOk
  } finally {
    await keycard.close()
    await rm(directory, { recursive: true })
  }
}

function runLinter(directory: string, name: string, [program = '', ...args]: readonly string[]) {
  const words = ['--yes', '--package', name, program, ...args, 'openapi.json']
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile('npx', words, { cwd: directory }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: stdout + stderr })
    })
  })
}
