// The sign-in page: a card in its sleeve, with the form on the sleeve.

import { useEffect, useRef } from 'react'
import { docsPath, pagePaths } from '../../../server/contract/pages.ts'
import { type SignInView, signInTitles } from '../../../server/contract/sign-in-page.ts'
import { signInStrings as words } from '../../strings/sign-in.ts'
import { PasswordField } from './password-field.tsx'
import { ReaderCard } from './reader-card.tsx'
import { StatusArea } from './status-area.tsx'
import { SubmitButton } from './submit-button.tsx'
import { usePatience } from './use-patience.ts'
import { useSignIn } from './use-sign-in.ts'
import { UsernameField } from './username-field.tsx'

export function SignInPage({ initial }: { initial: SignInView }) {
  const { view, fieldErrors, announcement, secondsLeft, ...actions } = useSignIn(initial)
  const busy = view.state === 'busy'
  const patience = usePatience(busy)
  const form = useRef<HTMLFormElement>(null)
  const submitButton = useRef<HTMLButtonElement>(null)
  const hasFieldError = Object.values(fieldErrors).some((error) => error !== '')

  useEffect(() => {
    document.title = hasFieldError ? signInTitles.error : view.title
  }, [hasFieldError, view.title])

  useEffect(() => {
    // Without scripts the browser's own checks stand; from here on the page says it in its words.
    if (form.current) form.current.noValidate = true
    const nothingFocused = document.activeElement === document.body
    if (initial.state === 'error' && nothingFocused) document.getElementById('password')?.focus()
  }, [initial.state])

  const cancel = () => {
    actions.cancel()
    // The Cancel button goes away: focus must not go with it.
    submitButton.current?.focus()
  }

  return (
    <div className="page" data-state={view.state}>
      <main>
        <div className="stack">
          <ReaderCard light={view.light} />
          <div className="sleeve">
            <h1>{words.heading}</h1>
            <StatusArea
              view={view}
              secondsLeft={secondsLeft}
              onCancel={patience === 'long' ? cancel : undefined}
            />
            <form
              ref={form}
              method="post"
              action={pagePaths.signIn}
              onSubmit={actions.submit}
              onInput={(event) => actions.clearFieldError((event.target as HTMLInputElement).name)}
            >
              <input type="hidden" name="next" value={view.next} />
              <UsernameField error={fieldErrors.username} initial={view.username} />
              <PasswordField error={fieldErrors.password} busy={busy} />
              <label className="check">
                <input type="checkbox" name="keep" />
                {words.keep}
              </label>
              <SubmitButton
                ref={submitButton}
                state={view.state}
                secondsLeft={secondsLeft}
                spins={patience !== 'short'}
                words={words}
              />
            </form>
            <p className="foot">
              {words.newHere} <a href={view.register}>{words.register}</a>
            </p>
            <p className="visually-hidden" role="status">
              {patience === 'long' ? words.stillWorking : announcement}
            </p>
          </div>
        </div>
      </main>
      <footer>
        <a href={docsPath}>{words.apiDocs}</a>
      </footer>
    </div>
  )
}
