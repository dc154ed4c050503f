// The quick start as a person goes through it: steps that every browser has to complete.

import type { Credentials } from '../support/pages/sign-in-form.ts'
import type { DrivenBrowser, DrivenTab } from './driven-browser.ts'
import { createExpectations } from './tab-expectations.ts'

export interface Step {
  what: string
  /** @throws Error with what was seen instead */
  take(): Promise<void>
}

interface QuickStartParts {
  browser: DrivenBrowser
  /** Where Keycard is. */
  url: string
  account: Credentials
  /** Makes every access token expire, and no session. */
  expireTokens(): void
  /** How long a step waits for what it expects; 30 s by default. */
  patienceMs?: number
}

export interface Outcome {
  what: string
  /** What was seen instead; undefined where it holds. */
  problem: string | undefined
}

/** Up to the first that fails: the later ones begin where it should have ended. */
export async function takeSteps(steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { what, take } of steps) {
    try {
      await take()
      outcomes.push({ what, problem: undefined })
    } catch (error) {
      outcomes.push({ what, problem: error instanceof Error ? error.message : String(error) })
      break
    }
  }
  return outcomes
}

/** In their order: each begins where the one before has ended. */
export function listSteps(parts: QuickStartParts): Step[] {
  const { browser, url, account, expireTokens } = parts
  const { expectText, expectAddress } = createExpectations(parts.patienceMs)
  const tabs: DrivenTab[] = []
  const tab = (index: number): DrivenTab => {
    const found = tabs[index]
    if (!found) throw new Error('The step that opens this tab has not been taken')
    return found
  }

  async function openTab(path: string): Promise<void> {
    const opened = await browser.openTab()
    tabs.push(opened)
    await opened.open(url + path)
  }

  async function addItem(index: number, title: string): Promise<void> {
    await tab(index).press("//button[normalize-space()='New item']")
    await tab(index).fill('title', title)
    await tab(index).press("//button[normalize-space()='Add item']")
    await expectText(tab(index), title)
  }

  return [
    {
      what: 'a wrong password is refused in words',
      async take() {
        await openTab('/login')
        await signIn(tab(0), { ...account, password: 'wrong' })
        await expectText(tab(0), 'Incorrect username, email or password')
      },
    },
    {
      what: 'the right one signs in',
      async take() {
        await signIn(tab(0), account)
        await expectAddress(tab(0), '/items')
        await expectText(tab(0), 'New item')
      },
    },
    {
      what: 'and stays signed in after a reload',
      async take() {
        await tab(0).reload()
        await expectText(tab(0), 'New item')
        await expectAddress(tab(0), '/items')
      },
    },
    {
      what: 'a second tab is signed in as well',
      async take() {
        await openTab('/items')
        await expectText(tab(1), 'New item')
      },
    },
    {
      what: 'expired tokens are refreshed in both tabs',
      async take() {
        for (const [index, title] of ['Milk', 'Bread'].entries()) {
          expireTokens()
          await addItem(index, title)
        }
      },
    },
    {
      what: 'a sign-out in one tab ends both',
      async take() {
        await tab(0).press("//*[contains(@class, 'avatar')]")
        await tab(0).press("//*[@id='account-menu']//button[normalize-space()='Sign out']")
        for (const index of [0, 1]) await expectAddress(tab(index), '/login?reason=signed-out')
      },
    },
    {
      what: 'and the app is closed afterwards',
      async take() {
        await tab(0).open(`${url}/items`)
        await expectAddress(tab(0), '/login?next=%2Fitems')
      },
    },
  ]
}

/** For a browser that keeps no cookie: the page says so, and what to do. */
export function listStepsWithoutCookies(parts: QuickStartParts): Step[] {
  const { browser, url, account } = parts
  const { expectText } = createExpectations(parts.patienceMs)
  return [
    {
      what: 'where cookies are blocked, the page says so and what to do',
      async take() {
        const tab = await browser.openTab()
        await tab.open(`${url}/login`)
        await signIn(tab, account)
        await expectText(tab, lostCookieWords)
        await expectText(tab, `Open ${url}, allow cookies there`)
      },
    },
  ]
}

export const lostCookieWords = 'This browser blocked the sign-in cookie'

async function signIn(tab: DrivenTab, { username, password }: Credentials): Promise<void> {
  await tab.fill('username', username)
  await tab.fill('password', password)
  await tab.press("//form//button[@type='submit']")
}
