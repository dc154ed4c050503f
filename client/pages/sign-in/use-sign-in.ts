// One sign-in from the form to the next page: what the page shows, and the one request it may send.

import { type SubmitEvent, useRef, useState } from 'react'
import {
  describeSignIn,
  describeThrottle,
  type SignInState,
  type SignInView,
} from '../../../server/contract/pages/sign-in-page.ts'
import { safeReturnPath } from '../../../server/contract/return-path.ts'
import { authClient } from '../../session/auth-client.ts'
import { signInStrings as words } from '../../strings/sign-in.ts'
import { useCountdown } from '../auth-page/use-countdown.ts'
import { readSignInFailure } from './sign-in-failure.ts'

export interface FieldErrors {
  username: string
  password: string
}

const noFieldErrors: FieldErrors = { username: '', password: '' }

export function useSignIn(initial: SignInView) {
  const [view, setView] = useState(initial)
  const [fieldErrors, setFieldErrors] = useState(noFieldErrors)
  const [announcement, setAnnouncement] = useState('')
  // The guard is a ref: a double click comes twice before React has rendered once.
  const attempt = useRef<AbortController>(undefined)

  const show = (state: SignInState, message = '') =>
    setView(({ next, username }) => describeSignIn({ state, message, next, username }))

  const countdown = useCountdown(() => {
    show('idle')
    setAnnouncement(words.throttleOver)
  })

  async function signIn(form: HTMLFormElement) {
    const fields = new FormData(form)
    const credentials = {
      username: String(fields.get('username')),
      password: String(fields.get('password')),
      remember_me: fields.has('remember_me'),
    }
    const controller = new AbortController()
    attempt.current = controller
    show('busy')
    try {
      await authClient.auth.login.mutate(credentials, { signal: controller.signal })
    } catch (cause) {
      attempt.current = undefined
      if (controller.signal.aborted) return
      explainFailure(form, cause)
      return
    }
    show('granted')
    setAnnouncement(words.granted)
    // Replaced, so that Back does not lead to a sign-in page that has done its work.
    location.replace(safeReturnPath(view.next))
  }

  function explainFailure(form: HTMLFormElement, cause: unknown) {
    const { state, message, retryAfterSeconds } = readSignInFailure(cause)
    if (state === 'throttled') {
      show(state, describeThrottle(retryAfterSeconds))
      countdown.start(retryAfterSeconds)
      return
    }
    show(state, message)
    if (message === words.wrongCredentials) {
      const password = inputNamed(form, 'password')
      password.value = ''
      password.focus()
    }
  }

  return {
    view,
    fieldErrors,
    announcement,
    secondsLeft: countdown.secondsLeft,

    submit(event: SubmitEvent<HTMLFormElement>) {
      event.preventDefault()
      if (attempt.current || countdown.secondsLeft > 0) return
      const form = event.currentTarget
      setFieldErrors(readFieldErrors(form))
      setAnnouncement('')
      const firstWrong = form.querySelector<HTMLElement>(':invalid')
      if (firstWrong) firstWrong.focus()
      else void signIn(form)
    },

    cancel() {
      attempt.current?.abort()
      attempt.current = undefined
      show('idle')
      setAnnouncement(words.cancelled)
    },

    clearProblem(name: string) {
      if (name in noFieldErrors) setFieldErrors((errors) => ({ ...errors, [name]: '' }))
    },
  }
}

function readFieldErrors(form: HTMLFormElement): FieldErrors {
  const isMissing = (name: string) => inputNamed(form, name).validity.valueMissing
  return {
    username: isMissing('username') ? words.usernameMissing : '',
    password: isMissing('password') ? words.passwordMissing : '',
  }
}

function inputNamed(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement
}
