// Contrast of colours in every state, in both schemes: also of buttons that are disabled, which axe skips.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'
import { addContrast, measureElement, measureTokens } from './support/pages/contrast.ts'
import { expectAwake } from './support/pages/sign-in-form.ts'

const schemes = ['light', 'dark'] as const

test.beforeEach(({ page }) => addContrast(page))

test('text has 4.5:1, marks 3:1, on every surface; the button in every state, a field that is wrong', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto('/login')
  await expectAwake(page)
  const tooLow: string[] = []
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme })
    const expectAtLeast = (least: number, name: string, ratio: number) => {
      if (ratio < least) tooLow.push(`${colorScheme}: ${name} has ${ratio.toFixed(2)}`)
    }
    const surfaces = ['page', 'page-lower', 'surface', 'surface-muted']
    for (const [least, tops, bottoms] of [
      [4.5, ['text', 'text-muted', 'link', 'danger', 'warning'], surfaces],
      [4.5, ['text', 'link'], ['selected']],
      [4.5, ['danger'], ['danger-surface']],
      [4.5, ['text', 'warning'], ['warning-surface']],
      [4.5, ['on-primary'], ['primary', 'primary-hover']],
      [3, ['border-strong'], ['page', 'surface', 'surface-muted']],
    ] as const) {
      const pairs = await measureTokens(page, tops, bottoms)
      for (const { name, ratio } of pairs) expectAtLeast(least, name, ratio)
    }
    for (const state of ['idle', 'busy', 'throttled', 'granted']) {
      await showState(page, state)
      expectAtLeast(4.5, `the button, ${state},`, await measureElement(page, '.submit', 'color'))
    }
    for (const invalid of ['false', 'true']) {
      const field = page.locator('#username')
      await field.evaluate((input, value) => input.setAttribute('aria-invalid', value), invalid)
      await field.focus()
      for (const part of ['borderColor', 'outlineColor'] as const) {
        const ratio = await measureElement(page, '#username', part)
        expectAtLeast(3, `${part} of a field, aria-invalid=${invalid},`, ratio)
      }
    }
  }
  expect(tooLow).toEqual([])
})

test('a button of the app can be read while it is disabled', async ({ page, signIn }) => {
  await signIn(page, 'user')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.getByRole('button', { name: 'New item' }).click()
  const tooLow: string[] = []
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme })
    for (const kind of ['', 'primary', 'danger', 'quiet']) {
      await page
        .locator('.item-form .btn')
        .first()
        .evaluate((button, kind) => {
          button.setAttribute('class', `btn ${kind}`)
          button.setAttribute('aria-disabled', 'true')
        }, kind)
      const ratio = await measureElement(page, '.item-form .btn', 'color')
      if (ratio < 4.5) tooLow.push(`${colorScheme}: ${kind} has ${ratio.toFixed(2)}`)
    }
  }
  expect(tooLow).toEqual([])
})

test('control: the measure finds black on white, and what is too faint', async ({ page }) => {
  await page.goto('/login')
  const measure = (layers: string[], top: string, opacity?: number) =>
    page.evaluate(([layers, top, opacity]) => window.measureContrast(layers, top, opacity), [
      layers,
      top,
      opacity,
    ] as const)
  expect(await measure(['#fff'], '#000')).toBeCloseTo(21)
  expect(await measure(['#fff'], '#777')).toBeCloseTo(4.48, 1)
  expect(await measure(['#fff'], 'rgb(0 0 0 / 20%)')).toBeLessThan(2)
  expect(await measure(['#fff', '#000'], '#fff', 0.5)).toBeCloseTo(3.95, 0)
})

/** As its script shows it. */
async function showState(page: Page, state: string): Promise<void> {
  await page.evaluate((state) => {
    document.querySelector('.page')?.setAttribute('data-state', state)
    document.querySelector('.submit')?.setAttribute('aria-disabled', String(state !== 'idle'))
  }, state)
}
