// A row of the account page: its subject beside its controls, and the end of its form.

import type { ReactNode } from 'react'
import { accountStrings } from '../../strings/account.ts'
import type { AccountForm } from './use-account-form.ts'

interface AccountSectionProps {
  /** Its id, and that of its heading with `-heading` behind it. */
  id: string
  heading: string
  note: string
  children: ReactNode
}

export function AccountSection({ id, heading, note, children }: AccountSectionProps) {
  return (
    <section id={id} className="account-section" aria-labelledby={`${id}-heading`}>
      <div>
        <h2 id={`${id}-heading`} tabIndex={-1}>
          {heading}
        </h2>
        <p className="note">{note}</p>
      </div>
      <div>{children}</div>
    </section>
  )
}

interface FormEndProps {
  form: AccountForm
  submit: string
  /** While it is in progress. */
  submitting?: string
  isPrimary?: boolean
}

/** The button, and the outcome, in a line that is reserved. */
export function FormEnd(props: FormEndProps) {
  const { form, submit, submitting = accountStrings.form.saving, isPrimary = true } = props
  return (
    <div className="actions form-end">
      <button type="submit" className={isPrimary ? 'btn primary' : 'btn'} aria-disabled={form.busy}>
        {form.busy ? submitting : submit}
      </button>
      <p className="form-message" role="alert">
        {form.message}
      </p>
      <p className="form-done" role="status">
        {form.done}
      </p>
    </div>
  )
}
