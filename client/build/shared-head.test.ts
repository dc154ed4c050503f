// Every page is built with its charset and viewport, whatever ends its lines.

import type { IndexHtmlTransformContext } from 'vite'
import { expect, it } from 'vitest'
import { productName } from '../../server/contract/brand.ts'
import { escapeHtml } from '../../server/contract/escape-html.ts'
import { readColors } from './read-colors.ts'
import { sharedHead } from './shared-head.ts'

function transform(html: string): unknown {
  const { transformIndexHtml } = sharedHead()
  if (typeof transformIndexHtml !== 'object') throw new Error('an object hook is expected')
  const context = { path: '/login.html', filename: 'login.html' } as IndexHtmlTransformContext
  return Reflect.apply(transformIndexHtml.handler, undefined, [html, context])
}

it.each(['\n', '\r\n'])('the head is inserted where lines end with %j', (end) => {
  const page = ['<head>', '    <!-- head.html -->', '    <title>A</title>'].join(end)
  expect(transform(page)).toMatch(/<meta charset="utf-8" \/>[\s\S]*viewport[\s\S]*<title>/)
})

it('the head has the name of the brand, and the colours of the tokens', () => {
  const head = String(transform('<!-- head.html -->\n'))
  expect(head).toContain(`<title>${escapeHtml(productName)}</title>`)
  const { light, dark } = readColors('page')
  for (const color of [light, dark]) expect(head).toContain(`name="theme-color" content="${color}"`)
  expect(head).not.toMatch(/%\w+%/)
})

it('a token that is no pair of colours fails the build', () => {
  expect(() => readColors('radius-1')).toThrow('tokens.css has no --radius-1: light-dark(…, …);')
})

it('a page without the mark fails the build', () => {
  expect(() => transform('<head><title>A</title></head>')).toThrow('/login.html has no line')
})
