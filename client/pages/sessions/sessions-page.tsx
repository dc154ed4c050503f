// Where the user is signed in: this session, the others, and the list as it changes elsewhere.

import './sessions.css'
import { useState } from 'react'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { SessionList } from '../../../server/contract/sessions.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { noMessage, Toast } from '../../components/toast.tsx'
import { useCan } from '../../session/use-session.ts'
import { sessionsStrings as words } from '../../strings/sessions.ts'
import { CurrentSession } from './current-session.tsx'
import { OtherSessions } from './other-sessions.tsx'
import { nameSession } from './session-words.ts'
import { SessionsSkeleton } from './sessions-skeleton.tsx'
import { type BegunAndEnded, useLiveSessions } from './use-live-sessions.ts'
import { useSessionActions } from './use-session-actions.ts'

export default function SessionsPage() {
  const [message, setMessage] = useState(noMessage)
  const actions = useSessionActions(setMessage)
  const query = useLiveSessions((changes) => {
    const text = describeChanges(changes, actions.leaving)
    if (text !== '') setMessage({ text, isProblem: false })
  })
  return (
    <>
      <PageHeading title={appPages.sessions.title} />
      <p className="intro">{words.intro}</p>
      {query.isPending && <SessionsSkeleton />}
      {query.isError && !query.data && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data && <Sessions {...query.data} actions={actions} />}
      <Toast message={message} setMessage={setMessage} />
    </>
  )
}

interface SessionsProps extends SessionList {
  actions: ReturnType<typeof useSessionActions>
}

function Sessions({ sessions, total, actions }: SessionsProps) {
  const canEnd = useCan('me:write')
  const { data: me } = trpc.users.me.useQuery()
  const current = sessions.find(({ is_current }) => is_current)
  const staying = sessions.filter(({ id }) => !actions.leaving.has(id))
  const others = staying.filter(({ is_current }) => !is_current)
  const notShown = total - sessions.length
  return (
    <>
      {current && <CurrentSession session={current} holder={me?.full_name ?? me?.username ?? ''} />}
      <OtherSessions
        sessions={others}
        current={current}
        count={others.length === 0 ? 0 : others.length + notShown}
        actions={canEnd ? actions : undefined}
      />
    </>
  )
}

/** Our own changes are announced by the action that made them. */
function describeChanges({ began, ended }: BegunAndEnded, leaving: ReadonlySet<string>): string {
  return [
    ...began.map((session) => words.beganElsewhere(nameSession(session))),
    ...ended
      .filter(({ id }) => !leaving.has(id))
      .map((session) => words.endedElsewhere(nameSession(session))),
  ].join(' ')
}
