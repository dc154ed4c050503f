// What the list shows, in the page's address: read and written in one place.

import { appPages } from '../../../server/contract/app-pages.ts'
import type { AuditFilter } from '../../../server/contract/audit.ts'
import { type AuditEvent, auditEvents } from '../../../server/contract/audit-events.ts'

/** Empty where nothing is asked for. */
export interface AuditView {
  user: string
  event: AuditEvent | ''
  address: string
  /** A day where the reader is: `2026-01-31`. Both are part of what is shown. */
  since: string
  until: string
}

export const userMaxLength = 254
export const addressMaxLength = 45

/** A missing or unreadable word means that nothing is asked for. */
export function readView(query: string): AuditView {
  const parameters = new URLSearchParams(query)
  const text = (name: string, maxLength: number) =>
    (parameters.get(name) ?? '').trim().slice(0, maxLength)
  const day = (name: string) => {
    const value = parameters.get(name) ?? ''
    return Number.isNaN(startOf(value)) ? '' : value
  }
  return {
    user: text('user', userMaxLength),
    event: auditEvents.find((event) => event === parameters.get('event')) ?? '',
    address: text('address', addressMaxLength),
    since: day('since'),
    until: day('until'),
  }
}

/** What is not asked for is left out: one address for one view. */
export function hrefOf(view: AuditView): string {
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value !== ''))
  return query.size === 0 ? appPages.audit.path : `${appPages.audit.path}?${query}`
}

export function filterOf({ user, event, address, since, until }: AuditView): AuditFilter {
  return {
    ...(user !== '' && { user }),
    ...(event !== '' && { event }),
    ...(address !== '' && { address }),
    ...(since !== '' && { since: new Date(startOf(since)).toISOString() }),
    ...(until !== '' && { until: new Date(startOfNext(until)).toISOString() }),
  }
}

/** In milliseconds, in the zone of the reader; NaN for what is no day. */
function startOf(day: string): number {
  return /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00`).getTime() : Number.NaN
}

/** By the calendar: not every day has 24 hours. */
function startOfNext(day: string): number {
  const next = new Date(startOf(day))
  return next.setDate(next.getDate() + 1)
}
