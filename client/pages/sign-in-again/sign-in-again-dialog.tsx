// Asks for the password over a page whose session has ended: what was typed there stays. The app
// draws it while its session is paused.

import { useLayoutEffect, useRef } from 'react'
import { signInAgainStrings as words } from '../../strings/sign-in-again.ts'
import { SignInAgainForm } from './sign-in-again-form.tsx'

export default function SignInAgainDialog() {
  const dialog = useRef<HTMLDialogElement>(null)

  // Closed before it goes, so that the browser returns the focus to where it was.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    element?.querySelector<HTMLInputElement>('input:not([readonly])')?.focus()
    return () => element?.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      className="sign-in-again"
      aria-labelledby="sign-in-again-heading"
      aria-describedby="sign-in-again-lead"
      // Escape would throw away what was typed: leaving takes a button that says so.
      closedby="none"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="sign-in-again-heading">{words.heading}</h2>
      <SignInAgainForm />
    </dialog>
  )
}
