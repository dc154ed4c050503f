// The same while developing.

import type { ElementType, Key } from 'react'
import { jsxDEV as createElement, Fragment, type JSXSource } from 'react/jsx-dev-runtime'
import { type JsxProps, separateTexts } from './separate-texts.ts'

export type { JSX } from 'react/jsx-dev-runtime'
export { Fragment }

export function jsxDEV(
  type: ElementType,
  props: JsxProps,
  key: Key | undefined,
  isStatic: boolean,
  source?: JSXSource,
  self?: unknown,
) {
  return createElement(type, separateTexts(type, props), key, isStatic, source, self)
}
