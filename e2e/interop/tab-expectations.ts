// What a step expects to see in a tab, and what was there instead.

import { setTimeout as pause } from 'node:timers/promises'
import type { DrivenTab } from './driven-browser.ts'

/** A browser that was just started is slow on a busy machine; that is not a failure. */
const usualPatienceMs = 30_000

/** Each throws an Error with the tab's address and text where it waits in vain. */
export function createExpectations(patienceMs: number = usualPatienceMs) {
  async function waitUntil(
    tab: DrivenTab,
    wanted: string,
    holds: () => Promise<boolean>,
  ): Promise<void> {
    const deadline = performance.now() + patienceMs
    // A page that is being left does not answer.
    while (!(await holds().catch(() => false))) {
      if (performance.now() > deadline) {
        const text = (await tab.readText()).replace(/\s+/g, ' ').slice(0, 240)
        throw new Error(`not ${wanted}, but ${await tab.readAddress()}: ${text}`)
      }
      await pause(100)
    }
  }

  return {
    expectText: (tab: DrivenTab, text: string) =>
      waitUntil(tab, `"${text}"`, async () => (await tab.readText()).includes(text)),
    expectAddress: (tab: DrivenTab, address: string) =>
      waitUntil(tab, address, async () => (await tab.readAddress()) === address),
  }
}
