// The server and the browser find the same pages at an address.

import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Route, Router } from 'wouter'
import { matchesPattern } from './app-pages.ts'

const patterns = ['/', '/plants', '/plants/new', '/plants/:id', '/plants/:id/leaves', '/:place']

it.each([
  ...['/', '/plants', '/Plants/', '/plants/new', '/plants/7', '/plants/7%2F8/', '/plants/7/leaves'],
  ...['/plantsx', '/plants//leaves', '/plants/7/leaves/x', '/x/plants'],
])('at %s it is those that the router draws', (path) => {
  const found = patterns.filter((pattern) => matchesPattern(pattern, path))
  expect(found).toEqual(patterns.filter((pattern) => isDrawn(pattern, path)))
})

function isDrawn(pattern: string, path: string): boolean {
  const children = createElement(Route, { path: pattern }, 'drawn')
  return renderToString(createElement(Router, { ssrPath: path, children })) === 'drawn'
}
