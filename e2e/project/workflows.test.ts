// What runs in CI is pinned: a tag can be moved to other code, a commit cannot.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const folder = new URL('../../.github/workflows/', import.meta.url)
const actions = readdirSync(folder).flatMap((file) =>
  [...readFileSync(new URL(file, folder), 'utf8').matchAll(/uses: (.*)/g)].map(
    ([, action]) => action,
  ),
)

it('every action of ours is named by its commit, with the version beside it', () => {
  const ours = actions.filter((action) => action?.startsWith('actions/'))
  expect(ours.length).toBeGreaterThan(3)
  for (const action of ours)
    expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})
