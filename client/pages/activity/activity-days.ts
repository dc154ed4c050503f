// The entries of a list, day by day, in local time.

import type { ActivityEntry } from '../../../server/contract/activity.ts'
import { formatDate } from '../../components/format.ts'
import { activityStrings as words } from '../../strings/activity.ts'

export interface ActivityDay {
  /** 'Today', 'Yesterday', '20 November 2026'. */
  title: string
  entries: ActivityEntry[]
}

export function groupByDay(entries: readonly ActivityEntry[], nowMs: number): ActivityDay[] {
  const days: ActivityDay[] = []
  for (const entry of entries) {
    const title = nameDay(Date.parse(entry.at), nowMs)
    const last = days.at(-1)
    if (last?.title === title) last.entries.push(entry)
    else days.push({ title, entries: [entry] })
  }
  return days
}

function nameDay(atMs: number, nowMs: number): string {
  const day = formatDate(atMs)
  if (day === formatDate(nowMs)) return words.today
  const yesterday = new Date(nowMs)
  // Not 24 hours: one day a year has 25, and one 23.
  yesterday.setDate(yesterday.getDate() - 1)
  return day === formatDate(yesterday.getTime()) ? words.yesterday : day
}
