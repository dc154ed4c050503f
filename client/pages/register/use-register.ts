// One registration from the form to the next page: what the page shows, and the one request it may send.

import { type SubmitEvent, useRef, useState } from 'react'
import {
  describeHints,
  describeRegister,
  type FieldProblems,
  noProblems,
  type RegisterState,
  type RegisterView,
  registerFields,
} from '../../../server/contract/pages/register-page.ts'
import { describeThrottle } from '../../../server/contract/pages/sign-in-page.ts'
import { safeReturnPath } from '../../../server/contract/return-path.ts'
import { authClient } from '../../session/auth-client.ts'
import { registerStrings as words } from '../../strings/register.ts'
import { useCountdown } from '../auth-page/use-countdown.ts'
import { readRegisterFailure } from './register-failure.ts'

export function useRegister(initial: RegisterView) {
  const [view, setView] = useState(initial)
  const [announcement, setAnnouncement] = useState('')
  // The guard is a ref: a double click comes twice before React has rendered once.
  const attempt = useRef<AbortController>(undefined)

  const show = (state: RegisterState, message = '', problems = noProblems) =>
    setView(({ next, username, email, minimum }) =>
      describeRegister({
        ...{ state, message, problems, next, username, email },
        passwordMinLength: Number(minimum),
      }),
    )

  const countdown = useCountdown(() => show('idle'))

  async function register(form: HTMLFormElement) {
    const controller = new AbortController()
    attempt.current = controller
    show('busy')
    try {
      await authClient.auth.register.mutate(readAccount(form), { signal: controller.signal })
    } catch (cause) {
      attempt.current = undefined
      if (!controller.signal.aborted) explainFailure(form, cause)
      return
    }
    show('granted')
    setAnnouncement(words.granted)
    // Replaced, so that Back does not lead to a form that has done its work.
    location.replace(safeReturnPath(view.next))
  }

  function explainFailure(form: HTMLFormElement, cause: unknown) {
    const { state, message, problems, retryAfterSeconds } = readRegisterFailure(cause)
    if (state === 'throttled') {
      show(state, describeThrottle(retryAfterSeconds))
      countdown.start(retryAfterSeconds)
      return
    }
    show(state, message, problems)
    focusFirst(form, problems)
  }

  return {
    view,
    announcement,
    secondsLeft: countdown.secondsLeft,

    submit(event: SubmitEvent<HTMLFormElement>) {
      event.preventDefault()
      if (attempt.current || countdown.secondsLeft > 0) return
      const form = event.currentTarget
      const missing = findMissing(form)
      setAnnouncement('')
      if (!missing) {
        void register(form)
        return
      }
      show('idle', '', missing)
      focusFirst(form, missing)
    },

    cancel() {
      attempt.current?.abort()
      attempt.current = undefined
      show('idle')
      setAnnouncement(words.cancelled)
    },

    clearProblem(name: string) {
      const field = registerFields.find((candidate) => candidate === name)
      if (!field) return
      setView((shown) => ({
        ...shown,
        [`${field}Invalid`]: 'false',
        [`${field}Note`]: describeHints(shown.minimum)[field],
      }))
    },
  }
}

function readAccount(form: HTMLFormElement) {
  const fields = new FormData(form)
  const textOf = (name: string) => String(fields.get(name))
  return { username: textOf('username'), email: textOf('email'), password: textOf('password') }
}

/** What only the person can know; everything else is for the server to check. */
function findMissing(form: HTMLFormElement): FieldProblems | undefined {
  const { username, password } = readAccount(form)
  if (username !== '' && password !== '') return undefined
  return {
    email: '',
    username: username === '' ? words.usernameMissing : '',
    password: password === '' ? words.passwordMissing : '',
  }
}

function focusFirst(form: HTMLFormElement, problems: FieldProblems): void {
  const first = registerFields.find((field) => problems[field] !== '')
  const input = first && form.elements.namedItem(first)
  if (input instanceof HTMLElement) input.focus()
}
