// What happened to the account elsewhere: shown in a strip until it is dismissed (R97).

import './security-notices.css'
import type { Notice } from '../../../server/contract/account.ts'
import { appPages } from '../../../server/contract/app-pages.ts'
import { changePasswordFragment } from '../../../server/contract/pages.ts'
import { trpc } from '../../api/trpc.ts'
import { noticeStrings as words } from '../../strings/notices.ts'
import { RelativeTime } from '../relative-time.tsx'

export default function SecurityNotices({ notices }: { notices: readonly Notice[] }) {
  const shown = trpc.useUtils().account.notices
  const dismissal = trpc.account.dismissNotices.useMutation()

  function dismiss() {
    const [newest] = notices
    if (!newest) return
    // Gone at once. Where the call does not reach the server, they show again at the next load.
    shown.setData(undefined, { notices: [] })
    dismissal.mutate({ up_to: newest.at })
    document.getElementById('main')?.focus()
  }

  return (
    <aside className="security-notices" aria-label={words.label}>
      <div>
        <ul>
          {notices.map((notice) => (
            <li key={notice.id}>
              <strong>{words.what[notice.kind]}</strong>
              {sayPlace(notice)}, <RelativeTime at={notice.at} />.
            </li>
          ))}
        </ul>
        <p>
          {/* No client-side links: they lead to the place from any page, and from that page too. */}
          {words.notYou}{' '}
          <a href={`${appPages.account.path}#${changePasswordFragment}`}>{words.changePassword}</a>{' '}
          {words.and} <a href={appPages.sessions.path}>{words.lookAtSessions}</a>.
        </p>
        <button type="button" className="btn" onClick={dismiss}>
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
