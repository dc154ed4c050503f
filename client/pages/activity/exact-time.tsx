// The time of day in the reader's zone; the whole date and its zone on focus, tap and hover.

import { strings } from '../../strings/shell.ts'

export function ExactTime({ at }: { at: string }) {
  const atMs = Date.parse(at)
  const exact = exactTime.format(atMs)
  return (
    <button type="button" className="exact-time" aria-label={exact} data-exact={exact}>
      <time dateTime={at}>{timeOfDay.format(atMs)}</time>
    </button>
  )
}

const timeOfDay = new Intl.DateTimeFormat(strings.locale, { timeStyle: 'short' })
const exactTime = new Intl.DateTimeFormat(strings.locale, {
  ...{ day: 'numeric', month: 'long', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
})
