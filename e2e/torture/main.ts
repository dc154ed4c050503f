// `npm run torture -- <what>`: checks that take too long for `npm test`.

import { tortureBodies } from './bodies.ts'
import { tortureBuilder } from './builder.ts'
import { tortureCrashes } from './crashes.ts'
import { tortureDatabaseFaults } from './database-faults.ts'
import { tortureFailover } from './failover.ts'
import { tortureGuesses } from './guesses.ts'
import { tortureHostile } from './hostile.ts'
import { tortureLostReplies } from './lost-replies.ts'
import { tortureMutants } from './mutants.ts'
import { tortureOperators } from './operators.ts'
import { tortureOutbox } from './outbox.ts'
import { tortureProperties } from './properties.ts'
import { tortureRefreshes } from './refreshes.ts'
import { tortureRevocations } from './revocations.ts'
import { tortureSlowDisk } from './slow-disk.ts'
import { tortureSoak } from './soak.ts'
import { tortureStalledCommits } from './stalled-commits.ts'
import { tortureStolenDatabase } from './stolen-database.ts'
import { tortureStops } from './stops.ts'
import { tortureStuffing } from './stuffing.ts'
import { tortureTabs } from './tabs.ts'
import { tortureTiming } from './timing.ts'
import { tortureTurns } from './turns.ts'
import { tortureUpgrade } from './upgrade.ts'

/** Each returns true where it went well. A new one is one line. */
const tortures: Record<string, { what: string; run(args: readonly string[]): Promise<boolean> }> = {
  properties: {
    what: 'the property tests of what reads hostile input, a million cases each (or as many as named)',
    run: tortureProperties,
  },
  guesses: {
    what: 'a thousand guesses at once over two processes, 100 rounds (or as many as named)',
    run: tortureGuesses,
  },
  builder: {
    what: 'an app built as docs/building.md says, in a clone: all tests that run in Node, its own in a browser (or quick: its own)',
    run: tortureBuilder,
  },
  bodies: {
    what: 'what the worst of 2,000 bodies (or as many as named) costs each endpoint (needs "npm run build")',
    run: tortureBodies,
  },
  hostile: {
    what: 'hostile requests, 1,000,000 (or as many as named, and the seed to repeat)',
    run: tortureHostile,
  },
  mutants: {
    what: 'five small faults a file (or as many as named), in the files that words pick: which does no test see?',
    run: tortureMutants,
  },
  operators: {
    what: 'acts on 100,000 users and their sessions (or as many as named) beside busy servers; sqlite or postgres alone',
    run: tortureOperators,
  },
  refreshes: {
    what: 'two hundred refreshes with one token at once, 200 rounds (or as many as named)',
    run: tortureRefreshes,
  },
  'lost-replies': {
    what: 'a hundred sessions (or as many as named) that lose a reply for 1 s to 8 h; no writes for 32 s',
    run: tortureLostReplies,
  },
  revocations: {
    what: 'sign-outs under load on two processes, 500 (or as many as named)',
    run: tortureRevocations,
  },
  outbox: {
    what: 'Keycard killed 100 times (or as many as named) while it sends mail (needs "npm run build")',
    run: tortureOutbox,
  },
  crashes: {
    what: 'Keycard killed 100 times (or as many as named) mid-write, and PostgreSQL 20 times',
    run: tortureCrashes,
  },
  'database-faults': {
    what: 'PostgreSQL hung for 60 s (or as many as named), gone, its connections killed; disk full',
    run: tortureDatabaseFaults,
  },
  'slow-disk': {
    what: 'calls beside sign-ins while each sync takes 10 ms longer, 40 s (or as many as named); a lock held 8 s (needs cc)',
    run: tortureSlowDisk,
  },
  'stalled-commits': {
    what: '200 sessions while no commit finds its synchronous standby, 30 s (or as many as named)',
    run: tortureStalledCommits,
  },
  failover: {
    what: 'a primary that dies and a standby that takes over, five times (or as often as named)',
    run: tortureFailover,
  },
  stuffing: {
    what: '20,000 guesses (or as many as named) at a tenth as many accounts, while owners sign in',
    run: tortureStuffing,
  },
  soak: {
    what: 'mixed life for 30 minutes (or as many as named), 1,000 days by the server’s clock',
    run: tortureSoak,
  },
  'stolen-database': {
    what: 'a thief with a copy of the database, and john at 40 weak passwords (or as many as named; needs john)',
    run: tortureStolenDatabase,
  },
  timing: {
    what: 'whether the time of a refusal tells who has an account, 2,000 attempts a kind (or as many as named)',
    run: tortureTiming,
  },
  turns: {
    what: 'honest sign-ins beside one greedy account and beside a botnet, 60 s each (or as many as named)',
    run: tortureTurns,
  },
  stops: {
    what: 'SIGTERM beside connections that never end, to node and to npm start (needs "npm run build")',
    run: tortureStops,
  },
  tabs: {
    what: 'one browser with 20 tabs and 50 expiries: each costs one refresh (needs "npm run build")',
    run: tortureTabs,
  },
  upgrade: {
    what: 'an app built on the last release (or on --from=REV) merges the present state: no conflict, nothing red',
    run: tortureUpgrade,
  },
}

const [name = '', ...args] = process.argv.slice(2)
const torture = Object.hasOwn(tortures, name) ? tortures[name] : undefined
if (torture) {
  process.exitCode = (await torture.run(args)) ? 0 : 1
} else {
  const lines = Object.entries(tortures).map(
    ([key, { what }]) => `  npm run torture -- ${key}  ${what}`,
  )
  console.error(['Say what to torture:', ...lines].join('\n'))
  process.exitCode = 1
}
