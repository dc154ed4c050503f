// Another site's page cannot sign a user in, renew a session or end one.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import type { Page } from 'playwright/test'
import type { Services } from '../server/services.ts'
import { appRouter } from '../server/trpc/router.ts'
import { test as base, expect } from './support/fixtures.ts'

/**
 * Another port of our host sends Strict cookies along, and another host does not: both are foreign.
 */
const hosts = { 'another port of our host': 'localhost', 'another host': '127.0.0.1' }

const test = base.extend<{
  openForeignPage: (host: string, html: string, other?: Page) => Promise<void>
}>({
  openForeignPage: async ({ page }, use) => {
    let html = ''
    const foreign = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
    })
    await new Promise<void>((resolve) => foreign.listen(0, resolve))
    const { port } = foreign.address() as AddressInfo
    await use(async (host, text, other = page) => {
      html = text
      await other.goto(`http://${host}:${port}/`)
    })
    foreign.close()
    foreign.closeAllConnections()
  },
})

for (const [place, host] of Object.entries(hosts)) {
  test(`R71: a form on ${place} plants no session, even with the right password`, async ({
    page,
    context,
    server,
    freshUser,
    openForeignPage,
  }) => {
    await openForeignPage(
      host,
      `<form method="post" action="${server.url}/login">
        <input name="username" value="${freshUser.username}">
        <input name="password" value="${freshUser.password}">
        <button>Win a prize</button>
      </form>`,
    )
    const answered = page.waitForResponse((response) => response.url().startsWith(server.url))
    await page.getByRole('button').click()
    expect((await answered).status()).toBe(403)
    expect(await context.cookies()).toEqual([])
  })

  test(`R70, R71: no request from ${place} can be read there, changes anything or plants a cookie`, async ({
    browser,
    server,
    freshUser,
    loginAs,
    openForeignPage,
  }) => {
    // A context of its own: our pages refuse to be framed, which is an error there, and intended.
    const context = await browser.newContext()
    const page = await context.newPage()
    await loginAs(page, 'user')
    const look = async () => ({
      cookies: await context.cookies(),
      rows: await readAllRows(server.services),
    })
    const before = await look()
    // With everything that would work from a page of our own.
    const { username, password } = freshUser
    const credentials = { username, password, current_password: password, title: 'planted' }
    const attack = { origin: server.url, paths: listPaths(server.routes), credentials }

    await openForeignPage(host, '<title>Elsewhere</title>', page)
    const sent = new Set<string>()
    page.on('request', (request) => sent.add(new URL(request.url()).pathname))
    expect(await page.evaluate(sendEverything, { ...attack, framed: true })).toEqual([])
    expect(await look()).toEqual(before)
    expect(attack.paths.filter((path) => !sent.has(path))).toEqual([])

    // Control: the same from our own page is read, signs in and changes things.
    await page.goto(`${server.url}/docs`)
    const paths = ['/token', '/trpc/auth.login', '/trpc/auth.refresh']
    const read = await page.evaluate(sendEverything, { ...attack, paths, framed: false })
    expect(read.length).toBeGreaterThan(paths.length)
    const after = await look()
    expect(after.cookies).not.toEqual(before.cookies)
    expect(after.rows).not.toEqual(before.rows)
    await context.close()
  })
}

/** Each with its parameters filled in; /trpc once for each of its procedures. */
function listPaths(routes: readonly string[]): string[] {
  return routes.flatMap((route) =>
    route === '/trpc/:path'
      ? Object.keys(appRouter._def.procedures).map((name) => `/trpc/${name}`)
      : [route.replaceAll(/:\w+|\*/g, 'x')],
  )
}

async function readAllRows({ database: { kysely } }: Services): Promise<string> {
  const tables = await kysely.introspection.getTables()
  const contents = tables.map(async ({ name }) => {
    const { rows } = await sql`select * from ${sql.table(name)}`.execute(kysely)
    return [name, rows]
  })
  return JSON.stringify(await Promise.all(contents))
}

interface Attack {
  origin: string
  paths: readonly string[]
  credentials: Record<string, string>
  /** Our own pages show no frames. */
  framed: boolean
}

/**
 * Runs in the page. Requests each path in every way a page can: a form, fetch with and without
 * reading the answer, a beacon, an image, a stream.
 * @returns what the script could read
 */
async function sendEverything({ origin, paths, credentials, framed }: Attack): Promise<string[]> {
  const read: string[] = []
  const form = new URLSearchParams(credentials)
  const json = JSON.stringify(credentials)

  async function fetchIt(path: string, what: string, init: RequestInit): Promise<void> {
    try {
      const { type } = await fetch(origin + path, { credentials: 'include', ...init })
      if (type !== 'opaque') read.push(`${what} ${path}`)
    } catch {
      // The browser hides it from us.
    }
  }

  function submit(path: string): Promise<void> {
    const frame = Object.assign(document.createElement('iframe'), { name: `frame of ${path}` })
    const element = document.createElement('form')
    Object.assign(element, { action: origin + path, method: 'post', target: frame.name })
    for (const [name, value] of form) {
      element.append(Object.assign(document.createElement('input'), { name, value }))
    }
    document.body.append(frame, element)
    return new Promise((resolve) => {
      frame.onload = () => {
        frame.remove()
        resolve()
      }
      element.submit()
    })
  }

  function load(path: string): Promise<void> {
    return new Promise((resolve) => {
      const image = new Image()
      image.onload = image.onerror = () => resolve()
      image.src = origin + path
    })
  }

  function listen(path: string): Promise<void> {
    return new Promise((resolve) => {
      const stream = new EventSource(origin + path, { withCredentials: true })
      const end = (isRead: boolean) => {
        if (isRead) read.push(`stream ${path}`)
        stream.close()
        resolve()
      }
      stream.onopen = () => end(true)
      stream.onerror = () => end(false)
    })
  }

  async function sendTo(path: string): Promise<void> {
    navigator.sendBeacon(origin + path, form)
    await Promise.all([
      fetchIt(path, 'unasked', { method: 'POST', mode: 'no-cors', body: json }),
      fetchIt(path, 'JSON', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: json,
      }),
      fetchIt(path, 'GET', {}),
      load(path),
      ...(path.startsWith('/trpc/sessions') ? [listen(path)] : []),
      // An endpoint that takes only JSON sees a form and a beacon alike.
      ...(framed && !/^\/(trpc|api)\//.test(path) ? [submit(path)] : []),
    ])
  }

  const left = [...paths]
  async function sendNext(): Promise<void> {
    for (let path = left.pop(); path !== undefined; path = left.pop()) await sendTo(path)
  }
  await Promise.all(Array.from({ length: 8 }, sendNext))
  return read
}
