// How vitest runs: its own root, not Vite's, and as many processes as keep a small machine busy.

import { defineConfig } from 'vitest/config'
import { WholeFirst } from './e2e/support/runner/whole-first.ts'

export default defineConfig({
  test: {
    include: ['server/**/*.test.ts', 'client/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
    globalSetup: ['server/testing/postgres-setup.ts'],
    // A process each, and not a thread: the database and the password workers are native and
    // threaded themselves.
    pool: 'forks',
    // One more than two cores: a test spends a fifth of its time waiting, for a poll or another process.
    maxWorkers: 3,
    // Each imports shared code once: repeating that was a fifth of all the work.
    isolate: false,
    sequence: { sequencer: WholeFirst },
    // In milliseconds: a test that takes 10 s alone takes several times as long on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A condition is looked at often, and given up late: a busy machine makes no test fail.
    expect: { poll: { interval: 20, timeout: 30_000 } },
    allowOnly: false,
  },
})
