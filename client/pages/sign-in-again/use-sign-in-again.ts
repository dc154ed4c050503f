// One sign-in over a paused page: its call, its failures, and what follows.

import { useState } from 'react'
import { describeThrottle } from '../../../server/contract/pages/sign-in-page.ts'
import { authClient } from '../../session/auth-client.ts'
import { session } from '../../session/browser-session.ts'
import { isRefusal } from '../../session/refresh-failure.ts'
import { SessionEndedError } from '../../session/session.ts'
import { signInAgainStrings as words } from '../../strings/sign-in-again.ts'
import { useCountdown } from '../auth-page/use-countdown.ts'
import { readSignInFailure } from '../sign-in/sign-in-failure.ts'

interface Credentials {
  username: string
  password: string
  remember_me: boolean
}

/**
 * A sign-in is never refused like this: it succeeded, and the refresh after it came without its
 * cookie.
 */
function isLostCookie(cause: unknown): boolean {
  return isRefusal(cause) && cause.data?.reason === 'not_authenticated'
}

export function useSignInAgain(onWrongPassword: () => void) {
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)
  const countdown = useCountdown(() => setMessage(words.throttleOver))

  return {
    message,
    busy,
    secondsLeft: countdown.secondsLeft,

    clearMessage: () => setMessage(''),

    async signIn(credentials: Credentials) {
      if (busy || countdown.secondsLeft > 0) return
      setBusy(true)
      setMessage('')
      try {
        await authClient.auth.login.mutate(credentials)
        await session.resume()
      } catch (cause) {
        // Another user has signed in: the page is about to start over.
        if (cause instanceof SessionEndedError) return
        setBusy(false)
        if (isLostCookie(cause)) {
          setMessage(words.lostCookie)
          return
        }
        const failure = readSignInFailure(cause)
        if (failure.state === 'throttled') {
          setMessage(describeThrottle(failure.retryAfterSeconds))
          countdown.start(failure.retryAfterSeconds)
        } else {
          setMessage(failure.message)
        }
        if (failure.message === words.wrongCredentials) onWrongPassword()
      }
    },
  }
}
