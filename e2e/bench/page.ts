// The sign-in page as Lighthouse sees it, on a phone with slow 4G.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findBrowser } from '../support/browsers/find-browser.ts'
import type { Bench, Goal } from './bench.ts'
import { startOnSqlite } from './keycard.ts'
import { format, median } from './numbers.ts'

const script = fileURLToPath(new URL('peers/lighthouse.mjs', import.meta.url))

export const benchPage: Bench = {
  name: 'page',
  title: 'The sign-in page',
  async run({ quick, say }) {
    const runs = quick ? 1 : 5
    const { executablePath } = await findBrowser()
    const keycard = await startOnSqlite()
    const seen: PageLoad[] = []
    try {
      for (let run = 1; run <= runs; run++) {
        say(`Lighthouse ${run} of ${runs}`)
        seen.push(await loadPage(`http://localhost:${keycard.port}/login`, executablePath))
      }
    } finally {
      await keycard.stop()
    }
    const goal = (
      what: string,
      pick: (load: PageLoad) => number,
      most: number,
      unit = '',
    ): Goal => {
      const value = median(seen.map(pick))
      return {
        what,
        seen: `${format(value)}${unit}`,
        goal: most === 0 ? '0' : `≤ ${format(most)}${unit}`,
        reached: value <= most,
      }
    }
    return {
      tables: [],
      goals: [
        goal('largest contentful paint', ({ largestPaintMs }) => largestPaintMs / 1_000, 1.3, ' s'),
        goal('cumulative layout shift', ({ layoutShift }) => layoutShift, 0),
        goal('total blocking time', ({ blockingMs }) => blockingMs, 150, ' ms'),
        goal('JavaScript, as transferred', ({ scriptBytes }) => scriptBytes / 1_024, 76, ' KB'),
      ],
      notes: [
        `Lighthouse ${seen[0]?.version}, its phone on simulated slow 4G, the built server, the median of ` +
          `${runs}; the performance score is ${format(median(seen.map(({ score }) => score * 100)))} of 100.`,
      ],
    }
  },
}

interface PageLoad {
  version: string
  /** 0 to 1. */
  score: number
  largestPaintMs: number
  layoutShift: number
  blockingMs: number
  scriptBytes: number
}

async function loadPage(url: string, browser: string): Promise<PageLoad> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, url, browser])
  return JSON.parse(stdout)
}
