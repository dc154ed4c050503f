// What docs/threat-model.md says of npm: a package with an install script must be listed, or
// nothing is installed.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

interface Lockfile {
  packages: Record<string, { hasInstallScript?: boolean }>
}

it('every package with an install script is listed as allowed or not allowed to run it', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as Lockfile
  const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: object }
  const names = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  expect(names).toContain('esbuild')
  expect(Object.keys(allowScripts)).toEqual(expect.arrayContaining(names))
})

it('npm refuses any other', () => {
  expect(read('.npmrc').split('\n')).toContain('strict-allow-scripts=true')
})
