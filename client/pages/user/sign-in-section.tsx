// What slows a user's sign-in down, and the button that ends it.

import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { userStrings } from '../../strings/user.ts'
import { AccountSection } from '../account/account-section.tsx'
import { nameOf } from '../users/user-row.tsx'
import type { UserPart } from './user-part.ts'

const words = userStrings.signIn

export function SignInSection({ user, canWrite, announce }: UserPart) {
  const unlock = trpc.users.unlock.useMutation()
  const limits = (['strangers', 'known_devices', 'known_places'] as const)
    .map((who) => ({ who, ...user.sign_in_limits[who] }))
    .filter(({ failures }) => failures > 0)

  function open() {
    if (unlock.isPending) return
    unlock.mutate(
      { id: user.id },
      {
        onSuccess: () => announce(words.unlocked(nameOf(user))),
        onError: (error) => announce(words.failed(readFailure(error).message)),
      },
    )
  }

  return (
    <AccountSection id="limits" heading={words.heading} note={words.note}>
      {limits.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <>
          <ul className="user-limits">
            {limits.map(({ who, failures, is_closed, retry_after_seconds }) => (
              <li key={who}>
                <b>{words[who]}</b>: {words.failures(failures)},{' '}
                {is_closed ? words.closed : sayWait(retry_after_seconds)}
              </li>
            ))}
          </ul>
          {canWrite && (
            <div className="actions">
              <button type="button" className="btn" aria-disabled={unlock.isPending} onClick={open}>
                {words.unlock}
              </button>
            </div>
          )}
        </>
      )}
    </AccountSection>
  )
}

function sayWait(seconds: number): string {
  return seconds > 0 ? words.waits(seconds) : words.open
}
