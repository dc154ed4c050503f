// The frame that sign-in and registration share: a card in its sleeve, and a form on it.

import { type ReactNode, type SubmitEvent, useEffect, useRef } from 'react'
import type { SignInView } from '../../../server/contract/pages/sign-in-page.ts'
import { docsPath } from '../../../server/contract/pages.ts'
import { signInStrings } from '../../strings/sign-in.ts'
import { ReaderCard } from './reader-card.tsx'
import { StatusArea } from './status-area.tsx'
import { SubmitButton, type SubmitWords } from './submit-button.tsx'
import { useSlowHint } from './use-slow-hint.ts'

interface AuthPageProps {
  title: string
  /** Where the form goes without scripts. */
  action: string
  words: SubmitWords & { heading: string; toOtherPage: string; otherPage: string }
  /** The minimum stands in the page for the code that reads the view back from there. */
  view: SignInView & { minimum?: string }
  announcement: string
  secondsLeft: number
  submit: (event: SubmitEvent<HTMLFormElement>) => void
  /** The error of a field goes away while it is being corrected. */
  clearProblem: (fieldName: string) => void
  cancel: () => void
  /** The fields. */
  children: ReactNode
}

/** Where the focus is on a page that opens with a failure: a marked field, or a wrong password. */
const toMend = '[aria-invalid=true], [data-state=error] [autocomplete=current-password]'

export function AuthPage(props: AuthPageProps) {
  const { title, action, words, view, announcement, secondsLeft, children } = props
  const slowHint = useSlowHint(view.state === 'busy')
  const form = useRef<HTMLFormElement>(null)
  const submitButton = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    document.title = title
  }, [title])

  useEffect(() => {
    // Without scripts the browser's own checks apply; from here on the page checks in its own words.
    if (!form.current) return
    form.current.noValidate = true
    const nothingFocused = document.activeElement === document.body
    if (nothingFocused) form.current.querySelector<HTMLElement>(toMend)?.focus()
  }, [])

  const cancel = () => {
    props.cancel()
    // The Cancel button disappears: focus must not be lost with it.
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
              onCancel={slowHint === 'long' ? cancel : undefined}
            />
            <form
              ref={form}
              method="post"
              action={action}
              onSubmit={props.submit}
              onInput={(event) => props.clearProblem((event.target as HTMLInputElement).name)}
            >
              <input type="hidden" name="next" value={view.next} />
              {children}
              <SubmitButton
                ref={submitButton}
                state={view.state}
                secondsLeft={secondsLeft}
                spins={slowHint !== 'short'}
                words={words}
              />
            </form>
            <p className="foot">
              {words.toOtherPage} <a href={view.otherPage}>{words.otherPage}</a>
            </p>
            <p className="visually-hidden" role="status">
              {slowHint === 'long' ? signInStrings.stillWorking : announcement}
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
