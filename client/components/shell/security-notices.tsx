// What happened to the account elsewhere: one line over the end of the page, until it is dismissed (R97).

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
  const sessions = trpc.useUtils().sessions.list
  const dismissal = trpc.account.dismissNotices.useMutation()
  const confirmation = trpc.sessions.confirm.useMutation()
  const isOnSessions = path === appPages.sessions.path

  // Answered in another tab.
  useEffect(() => noticesChannel?.hear(() => void shown.invalidate()), [shown])

  // The page of sessions asks about each of them itself.
  const [newest, ...others] = notices.filter(({ session_id }) => !isOnSessions || !session_id)
  if (!newest) return null
  const { at, session_id: sessionId } = newest
  const isQuestion = newest.may_confirm && sessionId !== null

  async function dismiss() {
    // Gone at once. Where the call does not reach the server, they show again at the next load.
    shown.setData(undefined, { notices: [] })
    document.getElementById('main')?.focus()
    await dismissal.mutateAsync({ up_to: at }).catch(() => undefined)
    noticesChannel?.tell('changed')
  }

  /** As on the page of sessions: it is answered for good, in every browser. */
  async function confirm(id: string) {
    shown.setData(undefined, { notices: notices.filter((notice) => notice !== newest) })
    document.getElementById('main')?.focus()
    await confirmation.mutateAsync({ id }).catch(() => undefined)
    void sessions.invalidate()
    void shown.invalidate()
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
        <a className="short" href={isOnSessions ? changePassword : appPages.sessions.path}>
          {words.notYou}
        </a>
        <p className="ways">
          {/* No client-side links: they lead to the place from any page, and from that page too. */}
          {words.notYou} <a href={changePassword}>{words.changePassword}</a>
          {!isOnSessions && (
            <>
              {' '}
              {words.and} <a href={appPages.sessions.path}>{words.lookAtSessions}</a>
            </>
          )}
        </p>
        <button
          type="button"
          className="btn"
          onClick={() => void (isQuestion ? confirm(sessionId) : dismiss())}
        >
          {isQuestion ? words.wasMe : words.dismiss}
        </button>
      </div>
    </aside>
  )
}

const changePassword = `${appPages.account.path}#${changePasswordFragment}`

function sayPlace({ device, address }: Notice): string {
  if (device !== null && address !== null) return words.place(device, address)
  if (device !== null) return words.device(device)
  return address === null ? '' : words.address(address)
}
