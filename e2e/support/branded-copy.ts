// A copy of the project that is made somebody's own, as docs/building.md says under "Make it yours".

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyProject } from '../project/apply-guide.ts'
import { applyChanges } from '../project/changes.ts'
import { planRename } from '../project/rename.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface BrandedCopy {
  url: string
  close(): Promise<void>
}

/** Built, and served at the port, with the colours and the logo of the guide's example. */
export async function startBrandedCopy(port: number): Promise<BrandedCopy> {
  const copy = mkdtempSync(join(tmpdir(), 'keycard-branded-'))
  copyProject(root, copy)
  applyChanges(copy, planRename(copy, 'Plantry'))
  const guide = readFileSync(join(root, 'docs/building.md'), 'utf8')
  edit(join(copy, 'client/styles/tokens.css'), (tokens) =>
    [...guide.matchAll(/^ {3}(--[\w-]+): (.*);$/gm)].reduce(
      (text, [, token, value]) =>
        replace(text, new RegExp(`^ {2}${token}:[^;]*;`, 'm'), `  ${token}: ${value};`),
      tokens,
    ),
  )
  edit(join(copy, 'server/contract/brand.ts'), (brand) =>
    [...guide.matchAll(/^ {3}\+(export const \w+ =) (.*)$/gm)].reduce(
      (text, [, start, value]) =>
        replace(text, new RegExp(`^${start}\\s+'.*'$`, 'm'), `${start} ${value}`),
      brand,
    ),
  )

  const launch = join(copy, 'server/launch.js')
  const built = spawnSync(process.execPath, [launch, 'build'], { cwd: copy, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`The copy does not build: ${built.stderr}`)
  const env = { ...process.env, PORT: String(port), NODE_ENV: '' }
  const server = spawn(process.execPath, [launch, 'main'], { cwd: copy, env })
  for await (const text of server.stdout) if (String(text).includes('is ready')) break
  return {
    url: `http://localhost:${port}`,
    async close() {
      server.kill()
      if (server.exitCode === null) await once(server, 'exit')
      rmSync(copy, { recursive: true })
    },
  }
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

function replace(text: string, what: RegExp, by: string): string {
  if (!what.test(text)) throw new Error(`The guide changes what is not there: ${what}`)
  return text.replace(what, () => by)
}
