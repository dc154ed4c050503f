// The prerendered sign-in page: its marks filled in with the text of one request.

import { createHash } from 'node:crypto'
import { describeSignIn, type SignInSlots } from '../contract/sign-in-page.ts'
import { slotMarkPattern, slotMarks } from '../contract/sign-in-slots.ts'
import { escapeHtml } from './escape-html.ts'

export interface LoginPage {
  /** The inlined style's, as the content security policy wants it: 'sha256-…'. */
  readonly styleHash: string
  render(slots: SignInSlots): string
}

/** Cut apart once, so that text put in is never searched for marks again. */
export function createLoginPage(template: string): LoginPage {
  // With one capture group, split() answers text and mark names in turns.
  const pieces = template.split(slotMarkPattern)
  const missing = Object.keys(slotMarks).filter((name) => !pieces.includes(name))
  if (missing.length > 0) {
    throw new Error(`The built sign-in page has no place for: ${missing.join(', ')}`)
  }
  return {
    styleHash: hashStyle(template),
    render(slots) {
      const view = new Map(Object.entries(describeSignIn(slots)))
      return pieces
        .map((piece, index) => (index % 2 === 0 ? piece : escapeHtml(view.get(piece) ?? '')))
        .join('')
    },
  }
}

function hashStyle(html: string): string {
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? ''
  return `sha256-${createHash('sha256').update(style).digest('base64')}`
}
