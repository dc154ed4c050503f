// Replaces tRPC's object spreads, which it ships as helpers for old engines, during the builds: in
// the server with what the engine copies fastest, in the pages with what is shortest.

import type { Plugin } from 'vite'

/**
 * tRPC copies all options of a call at each middleware, and its helper does so property by property
 * through descriptors: a fifth of what a whole call costs. `Object.assign` gives the same objects, at
 * a tenth of what a spread behind the first one of a literal costs (V8 copies only the first along
 * its shape). It would take an own `__proto__`, which JSON can have, as the prototype: a spread
 * copies such an object. tRPC spreads no literal with a getter, the one thing that the helper would
 * keep as it is.
 */
export function nativeSpread(native = nativeHelper): Plugin {
  let isReplaced = false
  return {
    name: 'keycard:native-spread',
    apply: 'build',
    transform: {
      filter: { id: /\/node_modules\/@trpc\//, code: 'function _objectSpread2(' },
      handler(code) {
        const replaced = code.replace(helper, native)
        isReplaced = replaced !== code
        return { code: replaced, map: null }
      },
    },
    buildEnd(error) {
      if (error || isReplaced) return
      this.error('@trpc has no _objectSpread2 as we know it: see whether it still needs this')
    },
  }
}

/** As Babel and OXC write it, up to the brace in the first column. */
export const helper = /function _objectSpread2\(e\) \{.*?\n\}/s

export const nativeHelper = `\
function _objectSpread2(target, ...sources) {
	for (const source of sources) {
		if (source && Object.hasOwn(source, '__proto__')) return copyAll(target, sources);
	}
	return Object.assign(target, ...sources);
}
function copyAll(target, sources) {
	return sources.reduce((copied, source) => ({ ...copied, ...source }), target);
}`

/** The same for an own `__proto__` too. It is not fast, and saves half a KiB of the app. */
export const shortHelper = `\
function _objectSpread2(target, ...sources) {
	return sources.reduce((copied, source) => ({ ...copied, ...source }), target);
}`
