// Everywhere else: the other sessions, ended one by one or all at once.

import { useState } from 'react'
import { Link } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { Session } from '../../../server/contract/sessions.ts'
import { trpc } from '../../api/trpc.ts'
import { QuestionDialog } from '../../components/question-dialog.tsx'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { sessionsStrings as words } from '../../strings/sessions.ts'
import { endButtonId, SessionRow } from './session-row.tsx'
import { nameSession } from './session-words.ts'
import { useRowFocus } from './use-row-focus.ts'
import type { useSessionActions } from './use-session-actions.ts'

interface OtherSessionsProps {
  sessions: readonly Session[]
  /** undefined where it is not in the list. */
  current: Session | undefined
  /** More than are shown, where there are very many. */
  count: number
  /** undefined where the token may only read. */
  actions: ReturnType<typeof useSessionActions> | undefined
}

const headingId = 'others-heading'
const endOthersId = 'end-others'

export function OtherSessions({ sessions, current, count, actions }: OtherSessionsProps) {
  const [isAsking, setIsAsking] = useState(false)
  const [disowned, setDisowned] = useState<string>()
  const focusLater = useLaterFocus()
  const { data: news } = trpc.account.notices.useQuery()
  const ids = sessions.map(({ id }) => id)
  const noteFocus = useRowFocus({ ids, rowId, headingId })

  function answer(isYes: boolean) {
    setIsAsking(false)
    focusLater(isYes ? headingId : endOthersId)
    if (isYes) void actions?.endOthers(sessions)
  }

  async function confirm(session: Session) {
    if (await actions?.confirmSession(session)) focusLater(endButtonId(session.id))
  }

  async function disown(session: Session) {
    setDisowned(undefined)
    if (await actions?.endSession(session)) setDisowned(nameSession(session))
  }

  return (
    <section className="part" aria-labelledby={headingId}>
      <div className="page-head others-head">
        <h2 id={headingId} tabIndex={-1}>
          {count === 0 ? words.noOthers : words.others(count)}
        </h2>
        {actions && count > 0 && (
          <button
            type="button"
            id={endOthersId}
            className="btn danger"
            onClick={() => setIsAsking(true)}
          >
            {words.signOutOthers}
          </button>
        )}
      </div>
      <p className="advice" role="status">
        {disowned !== undefined && (
          <>
            {words.disowned(disowned)}{' '}
            <Link href={appPages.account.path}>{words.changePassword}</Link>.
          </>
        )}
      </p>
      {count === 0 ? (
        <div className="panel state">
          <p>{words.noOthersText}</p>
        </div>
      ) : (
        <ul className="panel list" aria-label={words.listName}>
          {sessions.map((session) => (
            <li
              key={session.id}
              id={rowId(session.id)}
              tabIndex={-1}
              onFocus={() => noteFocus(session.id)}
            >
              <SessionRow
                session={session}
                isNews={news?.notices.some(({ session_id }) => session_id === session.id) ?? true}
                actions={
                  actions && {
                    onEnd: () =>
                      void (session.is_new_device ? disown(session) : actions.endSession(session)),
                    onConfirm: isOlder(current, session) ? () => void confirm(session) : undefined,
                    onDisown: () => void disown(session),
                  }
                }
              />
            </li>
          ))}
        </ul>
      )}
      <p className="fine">
        {count > sessions.length && `${words.notAllShown(sessions.length)} `}
        {count > 0 && (
          <>
            {words.unrecognised} <Link href={appPages.account.path}>{words.changePassword}</Link>.{' '}
          </>
        )}
        {words.activityBefore} <Link href={appPages.activity.path}>{words.activity}</Link>.
      </p>
      {isAsking && (
        <QuestionDialog
          heading={words.othersHeading}
          text={words.othersText(count)}
          no={words.stay}
          yes={words.signOutCount(count)}
          onAnswer={answer}
        />
      )}
    </section>
  )
}

/** Only an older session can confirm that a new device is the user's. */
function isOlder(current: Session | undefined, session: Session): boolean {
  return current !== undefined && Date.parse(current.created_at) < Date.parse(session.created_at)
}

function rowId(sessionId: string): string {
  return `session-${sessionId}`
}
