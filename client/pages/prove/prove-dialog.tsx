// Asks for the password over a page whose call needs a proof; then the call is sent again.

import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { CurrentPasswordField } from '../../components/forms/current-password-field.tsx'
import { PasswordOwner } from '../../components/forms/password-owner.tsx'
import { ModalDialog } from '../../components/modal-dialog.tsx'
import { proofRequests } from '../../session/question.ts'
import { useCan } from '../../session/use-session.ts'
import { accountStrings } from '../../strings/account.ts'
import { proveStrings as words } from '../../strings/prove.ts'

export default function ProveDialog() {
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const { data: me } = trpc.users.me.useQuery(undefined, { enabled: useCan('me') })
  const prove = trpc.auth.reauthenticate.useMutation()
  const [problem, setProblem] = useState('')
  const [message, setMessage] = useState('')

  useEffect(() => focusPassword(form.current), [])

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (prove.isPending) return
    const password = String(new FormData(event.currentTarget).get('password'))
    setMessage('')
    setProblem(password === '' ? words.missing : '')
    if (password === '') return focusPassword(form.current)
    try {
      await prove.mutateAsync({ proof: { method: 'password', password } })
      proofRequests.settle(true)
    } catch (error) {
      explain(error)
    }
  }

  function explain(error: unknown) {
    const { reason, message, retryAfterSeconds = 1 } = readFailure(error)
    if (reason === 'invalid_credentials') {
      form.current?.reset()
      setProblem(words.wrong)
      focusPassword(form.current)
    } else if (reason === 'too_many_requests') {
      setMessage(accountStrings.form.tooMany(retryAfterSeconds))
    } else {
      setMessage(message)
    }
  }

  function cancel() {
    if (!prove.isPending) proofRequests.settle(false)
  }

  return (
    <ModalDialog className="prove" heading={words.heading} text={words.text} onCancel={cancel}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => void submit(event)}
        onInput={() => setProblem('')}
      >
        <PasswordOwner label={words.username} username={me?.username ?? ''} />
        <CurrentPasswordField
          id={id}
          name="password"
          label={words.password}
          problem={problem || undefined}
          busy={prove.isPending}
        />
        <p className="form-message" role="alert">
          {message}
        </p>
        <div className="actions">
          <button type="button" className="btn" aria-disabled={prove.isPending} onClick={cancel}>
            {words.cancel}
          </button>
          <button type="submit" className="btn primary" aria-disabled={prove.isPending}>
            {prove.isPending ? words.submitting : words.submit}
          </button>
        </div>
      </form>
    </ModalDialog>
  )
}

function focusPassword(form: HTMLFormElement | null): void {
  const input = form?.elements.namedItem('password')
  if (input instanceof HTMLElement) input.focus()
}
