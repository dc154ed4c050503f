// How long ago something was, updated while it is visible; the absolute time is its title.

import { useEffect, useState } from 'react'
import { formatDateTime, formatRelativeTime } from './format.ts'

const refreshMs = 30_000

export function RelativeTime({ at }: { at: string }) {
  const [nowMs, setNowMs] = useState(Date.now)
  const atMs = Date.parse(at)

  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), refreshMs)
    return () => clearInterval(timer)
  }, [])

  return (
    <time dateTime={at} title={formatDateTime(atMs)}>
      {formatRelativeTime(atMs, nowMs)}
    </time>
  )
}
