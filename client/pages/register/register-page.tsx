// The registration page: the sleeve of a card that is still to be made out.

import { useEffect, useRef } from 'react'
import { docsPath, pagePaths } from '../../../server/contract/pages.ts'
import type { RegisterView } from '../../../server/contract/register-page.ts'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { TextField } from '../../components/text-field.tsx'
import { registerStrings as words } from '../../strings/register.ts'
import { signInStrings } from '../../strings/sign-in.ts'
import { ReaderCard } from '../login/reader-card.tsx'
import { StatusArea } from '../login/status-area.tsx'
import { SubmitButton } from '../login/submit-button.tsx'
import { usePatience } from '../login/use-patience.ts'
import { useRegister } from './use-register.ts'

export function RegisterPage({ initial }: { initial: RegisterView }) {
  const { view, announcement, secondsLeft, ...actions } = useRegister(initial)
  const busy = view.state === 'busy'
  const patience = usePatience(busy)
  const form = useRef<HTMLFormElement>(null)
  const submitButton = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    document.title = view.title
  }, [view.title])

  useEffect(() => {
    // Without scripts the browser's own checks stand; from here on the page says it in its words.
    if (form.current) form.current.noValidate = true
    const nothingFocused = document.activeElement === document.body
    if (nothingFocused) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [])

  const cancel = () => {
    actions.cancel()
    // The Cancel button goes away: focus must not go with it.
    submitButton.current?.focus()
  }

  return (
    <div className="page" data-state={view.state} data-minimum={view.minimum}>
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
              action={pagePaths.register}
              onSubmit={actions.submit}
              onInput={(event) => actions.clearProblem((event.target as HTMLInputElement).name)}
            >
              <input type="hidden" name="next" value={view.next} />
              <TextField
                id="username"
                name="username"
                label={words.labels.username}
                note={view.usernameNote}
                aria-invalid={view.usernameInvalid}
                autoComplete="username"
                autoCapitalize="none"
                autoCorrect="off"
                spellCheck={false}
                required
                defaultValue={view.username}
              />
              <TextField
                id="email"
                name="email"
                type="email"
                label={words.labels.email}
                note={view.emailNote}
                aria-invalid={view.emailInvalid}
                autoComplete="email"
                defaultValue={view.email}
              />
              <NewPasswordField
                id="password"
                name="password"
                label={words.labels.password}
                note={view.passwordNote}
                invalid={view.passwordInvalid}
                minimum={view.minimum}
                busy={busy}
              />
              <SubmitButton
                ref={submitButton}
                state={view.state}
                secondsLeft={secondsLeft}
                spins={patience !== 'short'}
                words={words}
              />
            </form>
            <p className="foot">
              {words.haveOne} <a href={view.signIn}>{words.signIn}</a>
            </p>
            <p className="visually-hidden" role="status">
              {patience === 'long' ? signInStrings.stillWorking : announcement}
            </p>
          </div>
        </div>
      </main>
      <footer>
        <a href={docsPath}>{signInStrings.apiDocs}</a>
      </footer>
    </div>
  )
}
