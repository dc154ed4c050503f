// What happened to the account elsewhere: one line over the end of the page, until it is dismissed (R97).

import './security-notices.css'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import type { Notice } from '../../../server/contract/account.ts'
import { appPages } from '../../../server/contract/app-pages.ts'
import { changePasswordFragment } from '../../../server/contract/pages.ts'
import { trpc } from '../../api/trpc.ts'
import { noticesChannel } from '../../session/notices-channel.ts'
import { noticeStrings as words } from '../../strings/notices.ts'
import { RelativeTime } from '../relative-time.tsx'

export default function SecurityNotices({ notices }: { notices: readonly Notice[] }) {
  const [path] = useLocation()
  const shown = trpc.useUtils().account.notices
  const dismissal = trpc.account.dismissNotices.useMutation()
  const isOnSessions = path === appPages.sessions.path

  // Answered in another tab.
  useEffect(() => noticesChannel?.hear(() => void shown.invalidate()), [shown])

  // The page of sessions asks about new devices itself.
  const [newest, ...others] = notices.filter(({ kind }) => !isOnSessions || kind !== 'new_device')
  if (!newest) return null
  const { at } = newest

  async function dismiss() {
    // Gone at once. Where the call does not reach the server, they show again at the next load.
    shown.setData(undefined, { notices: [] })
    document.getElementById('main')?.focus()
    await dismissal.mutateAsync({ up_to: at }).catch(() => undefined)
    noticesChannel?.tell('changed')
  }

  return (
    <aside className="security-notices" aria-label={words.label}>
      <div>
        <p>
          <strong>{words.what[newest.kind]}</strong>
          {sayPlace(newest)}, <RelativeTime at={newest.at} />.
          {others.length > 0 && (
            <>
              {' '}
              <a href={appPages.activity.path}>{words.more(others.length)}</a>
            </>
          )}
        </p>
        <p>
          {/* No client-side links: they lead to the place from any page, and from that page too. */}
          {words.notYou}{' '}
          <a href={`${appPages.account.path}#${changePasswordFragment}`}>{words.changePassword}</a>
          {!isOnSessions && (
            <>
              {' '}
              {words.and} <a href={appPages.sessions.path}>{words.lookAtSessions}</a>
            </>
          )}
        </p>
        <button type="button" className="btn" onClick={() => void dismiss()}>
          {words.dismiss}
        </button>
      </div>
    </aside>
  )
}

function sayPlace({ device, address }: Notice): string {
  if (device !== null && address !== null) return words.place(device, address)
  if (device !== null) return words.device(device)
  return address === null ? '' : words.address(address)
}
