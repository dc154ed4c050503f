// Catches a page that breaks, or whose code did not arrive: the rest of the app stays.

import { Component, type ReactNode } from 'react'
import { strings } from '../strings/shell.ts'
import { StatePage } from './state-page.tsx'

const words = strings.failure

export class PageBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <StatePage title={words.pageHeading} text={words.pageText}>
        <button type="button" className="btn" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </StatePage>
    )
  }
}
