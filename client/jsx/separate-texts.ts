// Each text that stands beside other nodes gets an element of its own, as the page is built.

import { type ElementType, Fragment, type ReactNode } from 'react'
import { jsx } from 'react/jsx-runtime'

export interface JsxProps {
  children?: ReactNode
}

/**
 * A browser that translates a page puts elements in the place of its text nodes. React then removes,
 * changes and inserts before nodes that are no longer there: it throws, or the new text is never
 * seen. A text that is all an element holds is safe: React sets it as the content of that element.
 */
export function separateTexts(type: ElementType, props: JsxProps): JsxProps {
  const { children } = props
  const isFragment = type === Fragment
  // A component passes its children on, to elements that come by here. An option holds only text.
  if (!isFragment && (typeof type !== 'string' || type === 'option')) return props
  if (!isFragment && !Array.isArray(children)) return props
  return { ...props, children: wrap(children, 0) }
}

function wrap(child: ReactNode, index: number): ReactNode {
  if (Array.isArray(child)) return child.map(wrap)
  const isText = typeof child === 'number' || (typeof child === 'string' && child.trim() !== '')
  return isText ? jsx('span', { children: child }, `text-${index}`) : child
}
