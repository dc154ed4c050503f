// Who you are here, and what the keycard in this browser opens.

import './account.css'
import { pagePaths, pageTitles } from '../../../server/contract/pages.ts'
import { allScopes } from '../../../server/contract/scopes.ts'
import type { User } from '../../../server/contract/users.ts'
import { trpc } from '../../api/trpc.ts'
import { formatDate, formatDuration } from '../../components/format.ts'
import { Keycard } from '../../components/keycard.tsx'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { SignOutButton } from '../../components/sign-out-button.tsx'
import { formatCardNumber } from '../../session/access-claims.ts'
import type { AccessToken } from '../../session/session.ts'
import { useAccessToken } from '../../session/use-session.ts'
import { accountStrings as words } from '../../strings/account.ts'
import { strings } from '../../strings/shell.ts'
import { DoorList } from './door-list.tsx'
import { useSecondsLeft } from './use-seconds-left.ts'

export default function AccountPage() {
  const me = trpc.users.me.useQuery()
  const token = useAccessToken()
  return (
    <>
      <PageHeading title={pageTitles[pagePaths.account] ?? ''} />
      <p className="intro">{words.intro}</p>
      {me.isError && !me.data && (
        <LoadProblem cause={me.error} busy={me.isFetching} onRetry={() => void me.refetch()} />
      )}
      {me.isPending && <AccountSkeleton />}
      {me.data && token && <Holder user={me.data} token={token} />}
      {token && (
        <>
          <Doors opens={token.scopes} />
          <TokenFacts token={token} />
        </>
      )}
    </>
  )
}

function Holder({ user, token }: { user: User; token: AccessToken }) {
  const name = user.full_name ?? user.username
  return (
    <section className="holder" aria-labelledby="holder-name">
      <Keycard name={name} number={formatCardNumber(token.sessionId)} opens={token.scopes} />
      <div>
        <h2 id="holder-name" dir="auto">
          {name}
        </h2>
        <dl>
          <dt>{words.username}</dt>
          <dd>{user.username}</dd>
          <dt>{words.email}</dt>
          <dd>{user.email ?? words.noEmail}</dd>
          <dt>{words.role}</dt>
          <dd>{strings.roles[user.role]}</dd>
          <dt>{words.memberSince}</dt>
          <dd>{formatDate(Date.parse(user.created_at))}</dd>
        </dl>
        <SignOutButton />
      </div>
    </section>
  )
}

function AccountSkeleton() {
  return (
    <div className="holder skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {strings.shell.loading}
      </p>
      <i className="bone bone-card" />
    </div>
  )
}

function Doors({ opens }: { opens: readonly string[] }) {
  const openCount = allScopes.filter((scope) => opens.includes(scope)).length
  return (
    <section className="part" aria-labelledby="doors-heading">
      <h2 id="doors-heading">{words.doorsHeading}</h2>
      <p className="note">{words.doorsText(openCount, allScopes.length)}</p>
      <DoorList opens={opens} />
    </section>
  )
}

function TokenFacts({ token }: { token: AccessToken }) {
  const secondsLeft = useSecondsLeft(token.expiresAtMs)
  return (
    <section className="part" aria-labelledby="token-heading">
      <h2 id="token-heading">{words.tokenHeading}</h2>
      <p className="note">{words.tokenText}</p>
      <dl className="panel token-facts">
        <dt>{words.cardNumber}</dt>
        <dd className="mono">{formatCardNumber(token.sessionId)}</dd>
        <dt>{words.expiresIn}</dt>
        <dd>
          {secondsLeft > 0 ? (
            <span className="countdown" role="timer">
              {formatDuration(secondsLeft)}
            </span>
          ) : (
            words.expired
          )}
        </dd>
      </dl>
    </section>
  )
}
