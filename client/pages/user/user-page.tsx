// One user, for admins: who they are, what they may do, where they are signed in, what happened.

import '../account/account.css'
import '../users/users.css'
import { useState } from 'react'
import { Link, useParams } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { UserDetails } from '../../../server/contract/user-details.ts'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { formatDate } from '../../components/format.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { useAccessToken, useCan } from '../../session/use-session.ts'
import { strings } from '../../strings/shell.ts'
import { userStrings as words } from '../../strings/user.ts'
import { nameOf } from '../users/user-row.tsx'
import { AccessSection } from './access-section.tsx'
import { ActivitySection } from './activity-section.tsx'
import { DeletionSection } from './deletion-section.tsx'
import { DevicesSection } from './devices-section.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { SignInSection } from './sign-in-section.tsx'
import { UserProfileForm } from './user-profile-form.tsx'

export default function UserPage() {
  const { id = '' } = useParams<{ id: string }>()
  const query = trpc.users.get.useQuery({ id }, { refetchOnWindowFocus: 'always' })
  const isGone = query.error !== null && readFailure(query.error).reason === 'not_found'
  const titleSoFar = isGone ? words.notFound : appPages.user.title
  const title = query.data && !isGone ? nameOf(query.data) : titleSoFar
  return (
    <>
      <p className="user-back">
        <Link href={appPages.users.path}>{words.back}</Link>
      </p>
      <PageHeading title={title} />
      {isGone && <p className="intro">{words.notFoundText}</p>}
      {query.isError && !isGone && !query.data && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && (
        <ListSkeleton className="user-skeleton" rows={5}>
          <i className="bone" />
          <i className="bone wide" />
        </ListSkeleton>
      )}
      {query.data && !isGone && <User user={query.data} readAtMs={query.dataUpdatedAt} />}
    </>
  )
}

function User({ user, readAtMs }: { user: UserDetails; readAtMs: number }) {
  const canWrite = useCan('users:write')
  const canReadAudit = useCan('audit:read')
  const isSelf = useAccessToken()?.userId === user.id
  const utils = trpc.useUtils()
  const [notice, setNotice] = useState('')

  /** What was done shows wherever this user does. */
  function announce(text: string) {
    setNotice(text)
    void utils.users.invalidate()
    void utils.audit.invalidate()
  }

  const shared = { user, isSelf, canWrite, announce }
  return (
    <>
      <p className="intro user-facts">
        <span className="user-state">
          <span className={user.disabled ? 'led' : 'led on'} aria-hidden="true" />
          {user.disabled ? words.disabled : words.active}
        </span>
        <span>{strings.roles[user.role]}</span>
        {isSelf && <span className="tag">{words.you}</span>}
      </p>
      <dl className="facts user-dl">
        <Fact name={words.username} value={user.username} />
        <Fact name={words.id} value={user.id} />
        <div>
          <dt>{words.joined}</dt>
          <dd>
            <time dateTime={user.created_at}>{formatDate(Date.parse(user.created_at))}</time>
          </dd>
        </div>
        <div>
          <dt>{words.lastSeen}</dt>
          <dd>
            {user.last_seen_at === null ? words.never : <RelativeTime at={user.last_seen_at} />}
          </dd>
        </div>
        <div>
          <dt>{words.passwordChanged}</dt>
          <dd>
            <RelativeTime at={user.password_changed_at} />
          </dd>
        </div>
      </dl>
      <div className="panel list account-sections">
        <UserProfileForm {...shared} readAtMs={readAtMs} />
        <AccessSection {...shared} />
        <SignInSection {...shared} />
        <SessionsSection {...shared} />
        <DevicesSection {...shared} />
        {canReadAudit && <ActivitySection user={user} />}
        {canWrite && <DeletionSection {...shared} />}
      </div>
      <p className="users-notice" role="status">
        {notice}
      </p>
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="mono" translate="no">
        {value}
      </dd>
    </div>
  )
}
