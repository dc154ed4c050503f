// The mutation run, in short: its operators, and two mutants whose outcome is known.

import { existsSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { makeMutants, sample } from '../mutants/operators.ts'
import { targets } from '../mutants/targets.ts'
import { openTrials } from '../mutants/trials.ts'

const root = new URL('../../', import.meta.url)

test.each<[string, string[]]>([
  ['x = a < b', ['x = a <= b']],
  ['x = a - 1', ['x = a + 1', 'x = a - 2']],
  ["x = a + 'text'", []],
  ['x = a && b', ['x = a || b']],
  ['x = a ?? b', ['x = a']],
  ['if (a) b()', ['if (true) b()', 'if (false) b()', 'if (a) ;']],
  ['x = !a', ['x = a']],
  ['x = true', ['x = false']],
  ["x = rows.where('id', '>', y)", ['x = rows', "x = rows.where('id', '>=', y)"]],
  ['x = y.every(z)', ['x = y.some(z)']],
  ['await x(y)', [';']],
  ['x([y(), z])', [';', 'x([...[], z])']],
  ['const x: 1 | true = y as 2', []],
])('%s becomes %j', (source, expected) => {
  expect(makeMutants('a.ts', source).map(({ text }) => text)).toEqual(expected)
})

test('a sample is the same for the same seed, and in its order', () => {
  const mutants = makeMutants('a.ts', 'x = [1, 2, 3, 4, 5, 6, 7, 8]')
  const lists = ['one', 'one', 'other'].map((seed) => sample(mutants, 4, seed))
  expect(lists[0]).toHaveLength(4)
  expect(lists[1]).toEqual(lists[0])
  expect(lists[2]).not.toEqual(lists[0])
  expect(lists[0]).toEqual(mutants.filter((mutant) => lists[0]?.includes(mutant)))
})

test('a fault that a test notices is killed; without that test it survives; without a fault all pass', async () => {
  const trials = openTrials()
  onTestFinished(trials.close)
  const file = 'server/contract/scopes.ts'
  const source = readFileSync(new URL(file, root), 'utf8')
  const own = 'server/contract/scopes.test.ts'
  const another = 'server/contract/return-path.test.ts'
  const [mutant] = makeMutants(file, source).filter(({ operator }) => operator === 'condition')
  const text = mutant?.text ?? ''
  expect(await trials.run({ file, text, tests: [another, own] })).toEqual({
    failed: expect.stringMatching(`^${own}: `),
  })
  expect(await trials.run({ file, text, tests: [another] })).toEqual({ failed: null })
  expect(await trials.run({ file, text: null, tests: [own] })).toEqual({ failed: null })
})

test('targets.ts names existing files: a move or a rename has to be made there too', () => {
  const named = targets.flatMap(({ file, guards }) => [file, ...guards])
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
})
