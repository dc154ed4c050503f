// A page's h1: it names the tab, and takes the focus when the user navigates to the page.

import { useEffect, useRef } from 'react'
import { strings } from '../strings/shell.ts'

/** On the page that the browser itself opened, the focus stays where the browser put it. */
let shownPath = location.pathname

/** Back and Forward restore their own position. */
let isHistoryMove = false
addEventListener('popstate', () => {
  isHistoryMove = true
})

export function PageHeading({ title }: { title: string }) {
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    document.title = strings.shell.pageTitle(title)
    if (location.pathname === shownPath) return
    shownPath = location.pathname
    if (!isHistoryMove) scrollTo(0, 0)
    isHistoryMove = false
    heading.current?.focus({ preventScroll: true })
  }, [title])

  return (
    <h1 ref={heading} tabIndex={-1}>
      {title}
    </h1>
  )
}
