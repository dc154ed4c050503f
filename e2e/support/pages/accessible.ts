// What holds for a page in every state: axe finds nothing, the HTML is valid, nothing scrolls sideways.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type axe from 'axe-core'
import type { Page } from 'playwright/test'
import { expect, test } from '../fixtures.ts'
import { findHtmlFaults } from './valid-html.ts'

const widths = [1280, 390, 320]
const schemes = ['light', 'dark'] as const

/** Checks the page as it stands, and leaves it narrow, dark and right to left. */
export async function expectAccessible(page: Page): Promise<void> {
  await test.step('the HTML is valid', async () => {
    expect(await findHtmlFaults(await page.content())).toEqual([])
  })
  // With motion, a colour would be checked on its way from one scheme to the other.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    for (const colorScheme of schemes) {
      await test.step(`axe finds nothing: ${width} px, ${colorScheme}`, async () => {
        await page.emulateMedia({ colorScheme })
        // The dark scheme is the same page in other colours.
        const only = colorScheme === 'dark' ? colorRules : undefined
        expect(await findViolations(page, only)).toEqual([])
      })
    }
    await test.step(`nothing scrolls sideways: ${width} px`, () => expectNoSidewaysScroll(page))
  }
  await test.step('nor right to left, with wide text spacing', async () => {
    await page.evaluate(spaceOutRightToLeft)
    await expectNoSidewaysScroll(page)
  })
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const hidden = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
  expect(hidden).toBe(0)
}

/** All of axe's rules that look at a colour. */
const colorRules = ['color-contrast', 'link-in-text-block']

/**
 * Each with the elements that it is about; empty where axe finds nothing.
 * @param only the rules to check; all by default
 */
export async function findViolations(page: Page, only?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  return page.evaluate(async (values) => {
    const { violations } = await window.axe.run(document, {
      // WCAG 2.2 A and AA, and best practice: everything that axe does by default, and this.
      ...(values
        ? { runOnly: { type: 'rule', values: [...values] } }
        : { rules: { 'target-size': { enabled: true } } }),
      resultTypes: ['violations'],
      // It would read every style sheet for a rule that is not among them.
      preload: { assets: ['media'] },
    })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)
  }, only)
}

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

declare global {
  interface Window {
    axe: typeof axe
  }
}

/** Runs in the page. WCAG 1.4.12. */
function spaceOutRightToLeft(): void {
  document.documentElement.dir = 'rtl'
  for (const element of document.querySelectorAll<HTMLElement>('body, body *')) {
    element.style.lineHeight = '1.5'
    element.style.letterSpacing = '0.12em'
    element.style.wordSpacing = '0.16em'
  }
}
