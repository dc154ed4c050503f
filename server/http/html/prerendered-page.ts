// A page that the build has rendered; its marks are filled in with the text for one request.

import { createHash } from 'node:crypto'
import { escapeHtml } from '../../contract/escape-html.ts'
import { slotMarkPattern } from '../../contract/pages/sign-in-slots.ts'

export interface PrerenderedPage<Slots> {
  /** Of the inlined style, as the content security policy needs it: 'sha256-…'. */
  readonly styleHash: string
  render(slots: Slots): string
}

interface PageParts<Slots, View> {
  /** For the message about a broken build. */
  name: string
  template: string
  marks: View
  /** Every piece of text that the page shows, worked out from what the server decides. */
  describe: (slots: Slots) => View
}

/** Split once, so that inserted text is never searched for marks. */
export function createPrerenderedPage<Slots, View extends Record<keyof View, string>>({
  name,
  template,
  marks,
  describe,
}: PageParts<Slots, View>): PrerenderedPage<Slots> {
  // With one capture group, split() returns text and mark names alternately.
  const pieces = template.split(slotMarkPattern)
  const missing = Object.keys(marks).filter((mark) => !pieces.includes(mark))
  if (missing.length > 0) {
    throw new Error(`The built ${name} has no place for: ${missing.join(', ')}`)
  }
  return {
    styleHash: hashStyle(template),
    render(slots) {
      const view = new Map<string, string>(Object.entries(describe(slots)))
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
