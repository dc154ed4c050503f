// Contrast as WCAG 2.2 §1.4.3 and §1.4.11 reckon it, from the colours that the browser resolves.

import type { Page } from 'playwright/test'

/** Of design tokens: each name of the first list on each of the second. */
export function measureTokens(page: Page, tops: readonly string[], bottoms: readonly string[]) {
  return page.evaluate(
    ([tops, bottoms]) => {
      const measure = window.measureContrast
      return tops.flatMap((top) =>
        bottoms.map((bottom) => ({
          name: `${top} on ${bottom}`,
          ratio: measure([`var(--${bottom})`], `var(--${top})`),
        })),
      )
    },
    [tops, bottoms] as const,
  )
}

/** Of the element as it is drawn: its text, its edge or its outline on what lies behind that. */
export function measureElement(
  page: Page,
  selector: string,
  part: 'color' | 'borderColor' | 'outlineColor',
): Promise<number> {
  return page.evaluate(
    ([selector, part]) => {
      const element = document.querySelector<HTMLElement>(selector)
      if (!element) throw new Error(`There is no ${selector}`)
      element.style.transition = 'none'
      const behind: string[] = []
      let opacity = 1
      const first = part === 'outlineColor' ? element.parentElement : element
      for (let each: HTMLElement | null = first; each; each = each.parentElement) {
        behind.unshift(getComputedStyle(each).backgroundColor)
      }
      if (first === element) opacity = Number(getComputedStyle(element).opacity)
      return window.measureContrast(behind, getComputedStyle(element)[part], opacity)
    },
    [selector, part] as const,
  )
}

declare global {
  interface Window {
    /** @param layers from the bottom up; the last one and `top` have the opacity */
    measureContrast(layers: string[], top: string, opacity?: number): number
  }
}

/** Before the page is opened. */
export async function addContrast(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type Rgb = [number, number, number]

    /** Painted, so that the browser mixes: any notation of CSS, alpha included. */
    function paint(layers: readonly { color: string; opacity: number }[]): Rgb {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
      if (!canvas) throw new Error('The browser cannot paint')
      const probe = document.createElement('i')
      document.body.append(probe)
      for (const { color, opacity } of layers) {
        probe.style.color = color
        canvas.globalAlpha = opacity
        canvas.fillStyle = getComputedStyle(probe).color
        canvas.fillRect(0, 0, 1, 1)
      }
      probe.remove()
      const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data
      return [red, green, blue]
    }

    function luminance(rgb: Rgb): number {
      const [red = 0, green = 0, blue = 0] = rgb.map((byte) => {
        const part = byte / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    window.measureContrast = (layers, top, opacity = 1) => {
      const page = { color: 'var(--page)', opacity: 1 }
      const below = layers.slice(0, -1).map((color) => ({ color, opacity: 1 }))
      const own = { color: layers.at(-1) ?? 'transparent', opacity }
      // The opacity is that of both together: the top does not let its own ground through.
      const ground = opacity < 1 ? [page, ...below] : [page, ...below, own]
      const [low = 0, high = 0] = [
        luminance(paint([page, ...below, own])),
        luminance(paint([...ground, { color: top, opacity }])),
      ].sort((one, other) => one - other)
      return (high + 0.05) / (low + 0.05)
    }
  })
}
