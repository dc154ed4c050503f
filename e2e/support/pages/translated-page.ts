// What a browser's translation does to a page: every text becomes a <font> in a <font>, now and as texts come.

import type { BrowserContext, Page } from 'playwright'

/** From the first paint on, before any script of the page. The words stay, so that tests can read them. */
export async function translatePages(context: BrowserContext): Promise<void> {
  await context.addInitScript(translate, '')
}

/**
 * From now on, as when a user asks for it.
 * @param mark stands before each text, as a word that was translated
 */
export async function translatePage(page: Page, mark: string): Promise<void> {
  await page.evaluate(translate, mark)
}

/** Runs in the page. */
function translate(mark: string): void {
  const untouched = 'script, style, noscript, template, textarea, option, font, svg, [translate=no]'

  function wrapTexts(root: Element): void {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    const texts: Text[] = []
    while (walker.nextNode()) texts.push(walker.currentNode as Text)
    for (const text of texts) {
      if (text.data.trim() === '' || text.parentElement?.closest(untouched)) continue
      const outer = document.createElement('font')
      const inner = document.createElement('font')
      inner.textContent = mark + text.data
      outer.append(inner)
      text.replaceWith(outer)
    }
  }

  function begin(): void {
    document.documentElement.classList.add('translated-ltr')
    wrapTexts(document.body)
    new MutationObserver((changes) => {
      for (const { addedNodes, target } of changes) {
        if (!(target instanceof Element) || target.closest(untouched)) continue
        if ([...addedNodes].some(({ nodeName }) => nodeName !== 'FONT')) wrapTexts(target)
      }
    }).observe(document.body, { childList: true, subtree: true })
  }

  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin)
  else begin()
}
