// Many tabs of one browser, which has six connections to a host over HTTP/1.1: one stream serves them all.

import type { BrowserContext, Page } from 'playwright/test'
import { homePath } from '../server/contract/pages.ts'
import { scopesOfRole } from '../server/contract/scopes.ts'
import type { Services } from '../server/services.ts'
import { expect, test } from './support/fixtures.ts'
import { submitSignIn } from './support/pages/sign-in-form.ts'
import { startTestServer } from './support/test-server.ts'

const johndoe = { username: 'johndoe', password: 'secret' }

async function openTabs(context: BrowserContext, count: number): Promise<Page[]> {
  const tabs = await Promise.all(Array.from({ length: count }, () => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto('/sessions')))
  await expectHeading(tabs, 'No other sessions')
  return tabs
}

async function expectHeading(tabs: readonly Page[], name: string): Promise<void> {
  const headings = tabs.map((tab) => tab.getByRole('heading', { name, exact: true }))
  await Promise.all(headings.map((heading) => expect(heading).toBeVisible()))
}

const expectStreams = ({ liveStreams }: Services, count: number) =>
  expect.poll(() => liveStreams.count()).toBe(count)

async function signInElsewhere({ sessions }: Services, userId: string): Promise<void> {
  await sessions.start({
    userId,
    scopes: scopesOfRole.user,
    holder: { clientId: 'keycard-web', transport: 'cookie' },
    device: { userAgent: 'curl/8.5.0', address: '192.0.2.51' },
  })
}

test('eight tabs share one stream; where the tab that holds it is closed, the others go on, and sign out together', async ({
  page,
  context,
  loginAs,
  server: { services },
}) => {
  const user = await loginAs(page, 'user')
  const tabs = await openTabs(context, 8)
  await expectStreams(services, 1)
  await signInElsewhere(services, user.id)
  await expectHeading(tabs, '1 other session')

  // Whichever holds it: each time it is closed, another takes over.
  for (const tab of tabs.splice(0, 6)) await tab.close()
  await expectStreams(services, 1)
  await signInElsewhere(services, user.id)
  await expectHeading(tabs, '2 other sessions')

  const [first, second] = tabs
  await first?.getByRole('main').getByRole('button', { name: 'Sign out' }).first().click()
  await expect(second as Page).toHaveURL(/reason=signed-out/)
  await expectStreams(services, 0)
})

test('control: tabs that cannot find each other have a stream each', async ({
  page,
  context,
  loginAs,
  server: { services },
}) => {
  await loginAs(page, 'user')
  await context.addInitScript(() => {
    class LoneChannel extends BroadcastChannel {
      constructor(name: string) {
        super(name + Math.random())
      }
    }
    Object.defineProperty(window, 'BroadcastChannel', { value: LoneChannel })
    Object.defineProperty(navigator, 'locks', { value: undefined })
  })
  await openTabs(context, 2)
  await expectStreams(services, 2)
})

test('where the browser refuses channels, seven load all the same, and none holds a connection', async ({
  page,
  context,
  loginAs,
  server: { services },
}) => {
  await loginAs(page, 'user')
  await context.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('Access is denied', 'SecurityError')
    }
    Object.defineProperty(window, 'BroadcastChannel', { value: refuse })
  })
  await openTabs(context, 7)
  await expectStreams(services, 0)
})

test('R73: at a plain http address, where browsers have no locks, 20 tabs that open at once stay signed in, and elect one of them', async ({
  browser,
}) => {
  const { close, url, services, clock } = await startTestServer({ hostname: 'keycard.test' })
  const context = await browser.newContext({ baseURL: url })
  const page = await context.newPage()
  await page.goto('/login')
  await submitSignIn(page, johndoe)
  await expect(page).toHaveURL(homePath)
  expect(await page.evaluate(() => 'locks' in navigator)).toBe(false)

  const tabs = await openTabs(context, 20)
  await expectStreams(services, 1)
  const user = await services.users.findByLogin(johndoe.username)
  await signInElsewhere(services, user?.id ?? '')
  await expectHeading(tabs, '1 other session')
  for (const tab of tabs.splice(0, 18)) await tab.close()
  await expectStreams(services, 1)

  // The cookie that came last still works.
  clock.advance(20 * 60_000)
  await tabs[0]?.reload()
  await expectHeading(tabs, '1 other session')
  await context.close()
  await close()
})
