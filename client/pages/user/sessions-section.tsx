// Where a user is signed in: each session can be ended, and all of them.

import { lazy, Suspense, useState } from 'react'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { userStrings } from '../../strings/user.ts'
import { AccountSection } from '../account/account-section.tsx'
import { nameOf } from '../users/user-row.tsx'
import { type Place, PlaceList } from './place-list.tsx'
import type { UserPart } from './user-part.ts'

const words = userStrings.sessions
const UserDialog = lazy(() => import('../users/user-dialog.tsx'))
const endAllId = 'end-all-sessions'

export function SessionsSection({ user, isSelf, canWrite, announce }: UserPart) {
  const query = trpc.users.sessions.useQuery({ id: user.id })
  const end = trpc.users.endSession.useMutation()
  const [isAsking, setIsAsking] = useState(false)
  const focusLater = useLaterFocus()
  const sessions = query.data?.sessions ?? []

  function endOne({ id, device }: Place) {
    end.mutate(
      { id: user.id, session_id: id },
      {
        onSuccess: () => {
          announce(words.ended(device ?? words.unknownDevice))
          focusLater('sessions-heading')
        },
        onError: (error) => announce(words.failed(readFailure(error).message)),
      },
    )
  }

  return (
    <AccountSection
      id="sessions"
      heading={words.heading(query.data?.total ?? user.session_count)}
      note={words.note}
    >
      {query.isError && !query.data && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data && sessions.length === 0 && <p>{words.none}</p>}
      {query.isPending && <PlaceBones count={Math.min(user.session_count, 10)} />}
      {sessions.length > 0 && (
        <>
          <PlaceList
            label={words.listName}
            places={sessions}
            isBusy={end.isPending}
            action={canWrite ? { text: words.end, nameOf: words.endNamed, run: endOne } : undefined}
          />
          {canWrite && !isSelf && (
            <div className="actions">
              <button
                id={endAllId}
                type="button"
                className="btn danger"
                onClick={() => setIsAsking(true)}
              >
                {words.endAll}
              </button>
            </div>
          )}
        </>
      )}
      {isAsking && (
        <Suspense>
          <UserDialog
            action="endSessions"
            user={user}
            name={nameOf(user)}
            isSelf={isSelf}
            onDone={announce}
            onClose={() => {
              setIsAsking(false)
              focusLater(endAllId)
            }}
          />
        </Suspense>
      )}
    </AccountSection>
  )
}

/** At the height of the rows that are on their way. */
function PlaceBones({ count }: { count: number }) {
  return (
    <div className="user-bones" aria-busy="true">
      {Array.from({ length: count }, (_, index) => index).map((index) => (
        <i key={index} className="bone wide" />
      ))}
    </div>
  )
}
