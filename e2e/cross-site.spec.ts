// Another site's page cannot sign somebody in, renew a session or end one.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import type { Page } from 'playwright/test'
import type { Services } from '../server/services.ts'
import { appRouter } from '../server/trpc/router.ts'
import { test as base, expect } from './fixtures.ts'

/** Another port of our host sends Strict cookies along, and another host does not: both are foreign. */
const hosts = { 'another port of our host': 'localhost', 'another host': '127.0.0.1' }

/** JSON has to be asked for first, and is not allowed; text the browser sends unasked. */
const contentTypes = ['application/json', 'text/plain']

const test = base.extend<{ openForeignPage: (host: string, html: string) => Promise<void> }>({
  openForeignPage: async ({ page }, use) => {
    let html = ''
    const foreign = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
    })
    await new Promise<void>((resolve) => foreign.listen(0, resolve))
    const { port } = foreign.address() as AddressInfo
    await use(async (host, text) => {
      html = text
      await page.goto(`http://${host}:${port}/`)
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

  test(`R70, R71: nothing that ${place} sends is read there, changes anything or plants a cookie`, async ({
    page,
    context,
    server,
    freshUser,
    loginAs,
    openForeignPage,
  }) => {
    await loginAs(page, 'user')
    const look = async () => ({
      cookies: await context.cookies(),
      rows: await readAllRows(server.services),
    })
    const before = await look()
    // With everything that would open the door from a page of our own.
    const { username, password } = freshUser
    const credentials = { username, password, current_password: password, title: 'planted' }
    const attack = { origin: server.url, paths: listPaths(server.routes), credentials }

    await openForeignPage(host, '<title>Elsewhere</title>')
    const sent = new Set<string>()
    page.on('request', (request) => sent.add(new URL(request.url()).pathname))
    expect(await page.evaluate(sendEverything, { ...attack, framed: true })).toEqual([])
    expect(await look()).toEqual(before)
    expect(attack.paths.filter((path) => !sent.has(path))).toEqual([])

    // The control: the same from our own page is read, signs in and changes what there is.
    await page.goto(`${server.url}/docs`)
    const read = await page.evaluate(sendEverything, { ...attack, framed: false })
    expect(read.length).toBeGreaterThan(attack.paths.length)
    const after = await look()
    expect(after.cookies).not.toEqual(before.cookies)
    expect(after.rows).not.toEqual(before.rows)
  })

  test(`R70: a script on ${place} cannot use the cookie to refresh or to sign out`, async ({
    page,
    context,
    server,
    loginAs,
    openForeignPage,
  }) => {
    await loginAs(page, 'user')
    const before = await context.cookies()
    expect(before).toHaveLength(2)

    await openForeignPage(host, '<title>Elsewhere</title>')
    for (const procedure of ['auth.refresh', 'auth.logout']) {
      for (const contentType of contentTypes) {
        const url = `${server.url}/trpc/${procedure}`
        expect(await post(page, url, contentType, '{}'), `${procedure} ${contentType}`).toBe(
          'failed',
        )
      }
      expect(await context.cookies()).toEqual(before)
    }

    await page.goto(`${server.url}/items`)
    await expect(page.getByRole('heading', { name: 'Items', level: 1 })).toBeVisible()
  })
}

/** Each with its parameters filled in; the typed door once for each of its procedures. */
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
 * Runs in the page. To each path in five ways: forms of two types, fetch with and without asking,
 * a beacon, an image, and a stream.
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
      // The browser keeps it from us.
    }
  }

  function submit(path: string, enctype: string, fields: Record<string, string>): Promise<void> {
    const frame = document.createElement('iframe')
    frame.name = `${path} ${enctype}`
    const element = document.createElement('form')
    Object.assign(element, { action: origin + path, method: 'post', enctype, target: frame.name })
    for (const [name, value] of Object.entries(fields)) {
      element.append(Object.assign(document.createElement('input'), { name, value }))
    }
    document.body.append(frame, element)
    return new Promise((resolve) => {
      frame.onload = () => resolve()
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

  for (const path of paths) {
    navigator.sendBeacon(origin + path, form)
    await Promise.all([
      fetchIt(path, 'unasked form', { method: 'POST', mode: 'no-cors', body: form }),
      fetchIt(path, 'unasked text', { method: 'POST', mode: 'no-cors', body: json }),
      fetchIt(path, 'form', { method: 'POST', body: form }),
      fetchIt(path, 'JSON', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: json,
      }),
      fetchIt(path, 'GET', {}),
      load(path),
      listen(path),
      ...(framed
        ? [
            submit(path, 'application/x-www-form-urlencoded', credentials),
            // As text it is JSON, but for what stands behind it.
            submit(path, 'text/plain', { [json.slice(0, -1)]: ',"x":1}' }),
          ]
        : []),
    ])
  }
  return read
}

/** 'failed' where the browser did not let the script have the answer. */
function post(page: Page, url: string, contentType: string, body: string): Promise<string> {
  return page.evaluate(
    async ([address, type, text]) => {
      const isSimple = type === 'text/plain'
      try {
        const answer = await fetch(address, {
          method: 'POST',
          credentials: 'include',
          mode: isSimple ? 'no-cors' : 'cors',
          headers: { 'content-type': type },
          body: text,
        })
        return answer.type
      } catch {
        return 'failed'
      }
    },
    [url, contentType, body] as const,
  )
}
