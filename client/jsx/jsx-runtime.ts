// What the compiler makes of JSX in our pages: React's own elements, with texts kept apart.

import type { ElementType, Key } from 'react'
import { jsx as createElement, jsxs as createElementOfMany, Fragment } from 'react/jsx-runtime'
import { type JsxProps, separateTexts } from './separate-texts.ts'

export type { JSX } from 'react/jsx-runtime'
export { Fragment }

export const jsx = (type: ElementType, props: JsxProps, key?: Key) =>
  createElement(type, separateTexts(type, props), key)

export const jsxs = (type: ElementType, props: JsxProps, key?: Key) =>
  createElementOfMany(type, separateTexts(type, props), key)
