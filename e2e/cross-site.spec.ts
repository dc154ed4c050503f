// Another site's page cannot sign somebody in, renew a session or end one.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright/test'
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

  test(`R70: a script on ${place} gets no session out of auth.login`, async ({
    page,
    context,
    server,
    freshUser,
    openForeignPage,
  }) => {
    await openForeignPage(host, '<title>Elsewhere</title>')
    const { username, password } = freshUser
    const body = JSON.stringify({ username, password })
    for (const contentType of contentTypes) {
      expect(await post(page, `${server.url}/trpc/auth.login`, contentType, body)).toBe('failed')
    }
    expect(await context.cookies()).toEqual([])
  })

  for (const procedure of ['auth.refresh', 'auth.logout']) {
    test(`R70: a script on ${place} cannot use the cookie at ${procedure}`, async ({
      page,
      context,
      server,
      freshUser,
      signIn,
      openForeignPage,
    }) => {
      await signIn(page, freshUser)
      await expect(page.getByRole('heading', { name: 'Items', level: 1 })).toBeVisible()
      const before = await context.cookies()
      expect(before).toHaveLength(2)

      await openForeignPage(host, '<title>Elsewhere</title>')
      for (const contentType of contentTypes) {
        const url = `${server.url}/trpc/${procedure}`
        expect(await post(page, url, contentType, '{}')).toBe('failed')
      }
      expect(await context.cookies()).toEqual(before)

      await page.goto(`${server.url}/items`)
      await expect(page.getByRole('heading', { name: 'Items', level: 1 })).toBeVisible()
    })
  }
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
