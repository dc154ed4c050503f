// `npm run interop -- browsers`: the quick start in each engine, at localhost and at a plain http address.

import { networkInterfaces } from 'node:os'
import { type Count, formatSum, formatTable } from '../support/runner/test-counts.ts'
import { startTestServer } from '../support/test-server.ts'
import { type Finding, judge } from '../torture/table.ts'
import type { BrowserOptions, DrivenBrowser } from './driven-browser.ts'
import {
  listSteps,
  listStepsWithoutCookies,
  lostCookieWords,
  type Outcome,
  takeSteps,
} from './quick-start.ts'
import { openChromium, openFirefox } from './with-playwright.ts'
import { openWebKit } from './with-webkit.ts'

interface Engine {
  name: string
  open(options?: BrowserOptions): Promise<DrivenBrowser>
  /** Whether it treats http://localhost as secure, and keeps a Secure cookie there. */
  trustsLocalhost: boolean
  /** Chromium needs a profile for it, which its headless shell does not read. */
  canBlockCookies: boolean
}

const engines: readonly Engine[] = [
  { name: 'Chromium', open: openChromium, trustsLocalhost: true, canBlockCookies: false },
  { name: 'Firefox', open: openFirefox, trustsLocalhost: true, canBlockCookies: true },
  { name: 'WebKitGTK', open: openWebKit, trustsLocalhost: false, canBlockCookies: true },
]

const account = { username: 'johndoe', password: 'six violets by the harbour' }

/** Longer than an access token lives, and shorter than a session may be idle. */
const tokenLifetimeMs = 20 * 60_000

/**
 * With `--control` the cookies are Secure over http, and the promises must fail: a browser that
 * keeps no such cookie is not signed in, and the page says why.
 * @returns whether all went well
 */
export async function interopBrowsers(args: readonly string[]): Promise<boolean> {
  const hostnames = ['localhost', findNetworkAddress()]
  return args.includes('--control') ? runControl(hostnames) : runQuickStart(hostnames)
}

async function runQuickStart(hostnames: readonly string[]): Promise<boolean> {
  const runs: Run[] = [
    ...hostnames.flatMap((hostname) => engines.map((engine) => ({ engine, hostname }))),
    ...engines
      .filter(({ canBlockCookies }) => canBlockCookies)
      .map((engine) => ({ engine, hostname: 'localhost', blocksCookies: true })),
  ]
  const counts: Count[] = []
  for (const run of runs) {
    const { kind, outcomes, milliseconds } = await walk(run)
    console.log(kind)
    for (const { what, problem } of outcomes) {
      console.log(`  ${problem === undefined ? 'passed' : 'FAILED'}  ${what}`)
      if (problem !== undefined) console.log(`          ${problem}`)
    }
    const failed = outcomes.filter(({ problem }) => problem !== undefined).length
    counts.push({ kind, passed: outcomes.length - failed, failed, skipped: 0, milliseconds })
  }
  console.log(`\n${formatTable(counts)}\n\n${formatSum(counts)}`)
  return counts.every(({ failed }) => failed === 0)
}

async function runControl(hostnames: readonly string[]): Promise<boolean> {
  const runs = hostnames.flatMap((hostname) =>
    engines
      .filter(({ trustsLocalhost }) => hostname !== 'localhost' || !trustsLocalhost)
      .map((engine) => ({ engine, hostname, env: { COOKIE_SECURE: 'on' } })),
  )
  const findings: Finding[] = []
  for (const run of runs) {
    const { kind, outcomes } = await walk(run)
    const problem = outcomes.find((outcome) => outcome.problem !== undefined)?.problem
    const isTold = problem?.includes(lostCookieWords)
    findings.push({
      what: kind,
      seen: isTold ? 'not, and the page says why' : (problem ?? 'signed in'),
      promised: 'signed in',
      kept: !isTold,
    })
  }
  return judge('Secure cookies over http', findings, true)
}

interface Run {
  engine: Engine
  /** The host of PUBLIC_URL. */
  hostname: string
  blocksCookies?: boolean
  /** Settings beside those of every run. */
  env?: Record<string, string>
}

/** The result of one run, and its name in the table. */
interface Report {
  kind: string
  outcomes: readonly Outcome[]
  milliseconds: number
}

async function walk({ engine, hostname, blocksCookies = false, env }: Run): Promise<Report> {
  const startedAtMs = performance.now()
  const server = await startTestServer({
    hostname,
    env: { HOST: hostname, DEMO_ACCOUNTS: 'off', ...env },
  })
  let browser: DrivenBrowser | undefined
  try {
    await server.services.accounts.create({ ...account, role: 'user' })
    browser = await engine.open({ blocksCookies })
    const expireTokens = () => server.clock.advance(tokenLifetimeMs)
    const parts = { browser, url: server.url, account, expireTokens }
    const steps = blocksCookies ? listStepsWithoutCookies(parts) : listSteps(parts)
    return {
      kind: `${browser.name}, http://${hostname}${blocksCookies ? ', cookies blocked' : ''}`,
      outcomes: await takeSteps(steps),
      milliseconds: performance.now() - startedAtMs,
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { kind: engine.name, outcomes: [{ what: 'starts', problem }], milliseconds: 0 }
  } finally {
    await browser?.close()
    await server.close()
  }
}

/** @throws Error on a machine without a network: nothing else is a plain http address to all three */
function findNetworkAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  if (found) return found.address
  throw new Error('This machine has no address on a network, as 192.0.2.2: connect it to one.')
}
