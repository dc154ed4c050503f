// The card's holder: the card, and the user on it.

import type { User } from '../../../server/contract/users.ts'
import { formatDate } from '../../components/format.ts'
import { Keycard } from '../../components/shell/keycard.tsx'
import { SignOutButton } from '../../components/shell/sign-out-button.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { formatCardNumber } from '../../session/card-number.ts'
import type { AccessToken } from '../../session/session-state.ts'
import { accountStrings as words } from '../../strings/account.ts'
import { strings } from '../../strings/shell.ts'

export function Holder({ user, token }: { user: User; token: AccessToken }) {
  const name = user.full_name ?? user.username
  return (
    <section className="holder" aria-labelledby="holder-name">
      <Keycard name={name} number={formatCardNumber(token.sessionId)} opens={token.scopes} />
      <div>
        <h2 id="holder-name" dir="auto" translate="no">
          {name}
        </h2>
        <dl>
          <dt>{words.username}</dt>
          <dd translate="no">{user.username}</dd>
          <dt>{words.email}</dt>
          <dd translate={user.email === null ? 'yes' : 'no'}>{user.email ?? words.noEmail}</dd>
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

export function HolderSkeleton() {
  return (
    <Skeleton>
      <div className="holder">
        <i className="bone bone-card" />
      </div>
    </Skeleton>
  )
}
