// The torture of operators' acts on very many rows, in short: outcomes, and no times.

import { expect, onTestFinished, test } from 'vitest'
import { acts, openCrowdedPlace } from './torture/operators.ts'
import { startSteadyLoad } from './torture/steady-load.ts'

test('acts on more rows than a batch has end all of them, while people go on working', async () => {
  const place = await openCrowdedPlace('sqlite', { users: 1_500, rowsOfOne: 1_200 })
  onTestFinished(place.stop)
  const load = await startSteadyLoad(place.urls, (line) => `user${line + 1}`)
  for (const act of acts) {
    const before = await place.sql.count(act.left(place.sizes))
    expect([act.name, before >= 1_200]).toEqual([act.name, true])
    await act.run(place, () => {})
    expect([act.name, await place.sql.count(act.left(place.sizes))]).toEqual([act.name, 0])
  }
  await load.stop()
  expect(load.wrong).toEqual([])
}, 120_000)
