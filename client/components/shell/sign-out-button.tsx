// Sign out: one click, one request; where it does not reach the server, the page says so.

import { useState } from 'react'
import { session } from '../../session/browser-session.ts'
import { maySafelyLeave } from '../../session/leave-guard.ts'
import { strings } from '../../strings/shell.ts'

const words = strings.shell

export function SignOutButton() {
  const [status, setStatus] = useState<'idle' | 'busy' | 'failed'>('idle')

  async function signOut() {
    if (!(await maySafelyLeave())) return
    setStatus('busy')
    await session.signOut().catch(() => setStatus('failed'))
  }

  return (
    <>
      <button
        type="button"
        className="btn"
        aria-disabled={status === 'busy'}
        onClick={() => void signOut()}
      >
        {status === 'busy' ? words.signingOut : words.signOut}
      </button>
      <p className="field-note bad sign-out-problem" role="alert">
        {status === 'failed' && words.signOutFailed}
      </p>
    </>
  )
}
