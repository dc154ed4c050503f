// The form of that dialog: it names the page's user, and asks only for the password.

import { type SubmitEvent, useRef, useState } from 'react'
import { pagePaths } from '../../../server/contract/pages.ts'
import { trpc } from '../../api/trpc.ts'
import { session } from '../../session/browser-session.ts'
import { useAccessToken } from '../../session/use-session.ts'
import { signInAgainStrings as words } from '../../strings/sign-in-again.ts'
import { formatCountdown } from '../auth-page/use-countdown.ts'
import { PasswordField } from '../sign-in/password-field.tsx'
import { useSignInAgain } from './use-sign-in-again.ts'

const usernameId = 'sign-in-again-username'

export function SignInAgainForm() {
  const form = useRef<HTMLFormElement>(null)
  const holder = trpc.useUtils().users.me.getData()?.username
  const token = useAccessToken()
  const [isOther, setIsOther] = useState(holder === undefined)
  const [missing, setMissing] = useState({ username: false, password: false })
  const { message, busy, secondsLeft, ...actions } = useSignInAgain(() => emptyAndFocus('password'))

  function emptyAndFocus(name: 'username' | 'password') {
    const input = form.current?.elements.namedItem(name)
    if (!(input instanceof HTMLInputElement)) return
    input.value = ''
    input.focus()
  }

  function askForOther() {
    setIsOther(true)
    actions.clearMessage()
    emptyAndFocus('username')
  }

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const credentials = {
      username: String(fields.get('username')),
      password: String(fields.get('password')),
      // As it was asked for when the session began; another user has not been asked.
      remember_me: !isOther && token?.isPersistent === true,
    }
    const empty = { username: credentials.username === '', password: credentials.password === '' }
    setMissing(empty)
    if (empty.username) emptyAndFocus('username')
    else if (empty.password) emptyAndFocus('password')
    else void actions.signIn(credentials)
  }

  return (
    <form ref={form} method="post" action={pagePaths.signIn} noValidate onSubmit={submit}>
      <div className="sign-in-again-status">
        <p id="sign-in-again-lead">{isOther ? words.otherAccountNote : words.lead}</p>
        <p className="bad" role="alert">
          {message}
        </p>
      </div>
      <div className="field">
        <label htmlFor={usernameId}>{words.username}</label>
        <input
          id={usernameId}
          name="username"
          type="text"
          dir="auto"
          autoComplete="username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          defaultValue={holder}
          readOnly={!isOther}
          required
          aria-invalid={missing.username}
          aria-describedby={`${usernameId}-note`}
        />
        <p id={`${usernameId}-note`} className="field-note bad">
          {missing.username && words.usernameMissing}
        </p>
      </div>
      <PasswordField error={missing.password ? words.passwordMissing : ''} busy={busy} />
      <div className="actions">
        <button type="submit" className="btn primary" aria-disabled={busy || secondsLeft > 0}>
          {labelSubmit(busy, secondsLeft)}
        </button>
        <button type="button" className="btn" onClick={session.abandon}>
          {words.leave}
        </button>
        {!isOther && (
          <button type="button" className="btn quiet" onClick={askForOther}>
            {words.otherAccount}
          </button>
        )}
      </div>
    </form>
  )
}

function labelSubmit(busy: boolean, secondsLeft: number): string {
  if (secondsLeft > 0) return words.submitThrottled(formatCountdown(secondsLeft))
  return busy ? words.submitBusy : words.submit
}
