// What every page must satisfy in each of its states: axe, valid HTML, every width, light and dark.

import { test } from '../fixtures.ts'
import { expectAccessible } from './accessible.ts'
import type { PageState } from './page-states.ts'

/** One test a state. Call it in a spec of your own pages. */
export function checkPageStates(states: Readonly<Record<string, PageState>>): void {
  for (const [name, { role, open }] of Object.entries(states)) {
    test(`40. 42. ${name}: axe finds nothing, the HTML is valid, nothing scrolls sideways`, async ({
      page,
      loginAs,
      server,
    }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await open(page, await loginAs(page, role), server.services)
      await expectAccessible(page)
    })
  }
}
