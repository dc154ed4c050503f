// A disk that is full under SQLite: reads go on, writes answer "later", and nothing is lost.

import { spawnSync } from 'node:child_process'
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openDatabase } from '../../server/db/open.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import {
  findingsOfAll,
  isLater,
  isWell,
  pick,
  type Seen,
  sentBetween,
  share,
  undergo,
} from './faults.ts'
import { killServer } from './nodes.ts'
import { type Finding, judge } from './table.ts'

const diskMebibytes = 12

/** A disk of its own in memory, which only root may make: without that right it throws. */
export async function tortureFullDisk(seconds: number, control: boolean): Promise<boolean> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-disk-'))
  mount(['-t', 'tmpfs', '-o', `size=${diskMebibytes}m`, 'keycard-torture', dataDir])
  const env = {
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://localhost:3000',
    LOG_LEVEL: 'silent',
    SIGN_IN_FAILURES_PER_ADDRESS: '1000000',
  }
  let server: ServerProcess | undefined
  try {
    server = await startServer(env)
    const { url } = server
    const ballast = join(dataDir, 'ballast')
    const seen = await undergo({ url, env }, async () => {
      // Control: the disk has room all the time.
      if (!control) await fill(ballast)
      await sleep(seconds * 1_000)
      await rm(ballast, { force: true })
    })
    await killServer(server)
    const lost = await findLostItems(dataDir, seen.questions.madeItems)
    const findings = findingsOfDisk(seen, lost)
    return judge(
      `SQLite, the disk full for ${seconds} s`,
      control ? findings.slice(0, 1) : findings,
      control,
    )
  } finally {
    if (server) await killServer(server)
    // Lazily: a file may still be closing.
    spawnSync('umount', ['-l', dataDir])
    await rmdir(dataDir)
  }
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`a small disk could not be made: ${stderr}`)
}

/** Up to the last byte. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (const size of [65_536, 4_096, 1]) {
      const piece = Buffer.alloc(size)
      try {
        for (;;) await file.write(piece)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  } finally {
    await file.close()
  }
}

async function findLostItems(dataDir: string, made: ReadonlySet<string>): Promise<string[]> {
  const database = await openDatabase({ dataDir })
  try {
    const { rows } = await sql<{ id: string }>`select id from items`.execute(database.kysely)
    const found = new Set(rows.map(({ id }) => id))
    return [...made].filter((id) => !found.has(id))
  } finally {
    await database.close()
  }
}

function findingsOfDisk(seen: Seen, lost: readonly string[]): Finding[] {
  const { questions, fault } = seen
  const writing = pick(seen, questions.writing).filter(
    sentBetween(fault.beganAtMs, fault.endedAtMs),
  )
  const reading = pick(seen, questions.reading, questions.protected)
  const refused = writing.filter(isLater)
  return [
    {
      what: 'writing while it is full: 503 with Retry-After',
      seen: share(writing, isLater),
      promised: 'what finds no room',
      kept: refused.length > 0 && writing.every((probe) => isWell(probe) || isLater(probe)),
    },
    {
      what: 'reading and protected calls: 200',
      seen: share(reading, isWell),
      promised: 'all',
      kept: reading.every(isWell),
    },
    {
      what: 'acknowledged items that are not there',
      seen: `${lost.length} of ${questions.madeItems.size}`,
      promised: '0',
      kept: lost.length === 0,
    },
    ...findingsOfAll(seen),
  ]
}
