// Deleting the account: asked once more, with the password, and then there is nothing to come back to.

import { useState } from 'react'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { accountStrings } from '../../strings/account.ts'
import { AccountSection } from './account-section.tsx'
import { DeleteAccountDialog } from './delete-account-dialog.tsx'

const words = accountStrings.deletion
const openButtonId = 'delete-account-open'

export function DeletionSection() {
  const [asking, setAsking] = useState(false)
  const focusLater = useLaterFocus()
  return (
    <AccountSection id="delete-account" heading={words.heading} note={words.note}>
      <button
        type="button"
        id={openButtonId}
        className="btn danger"
        onClick={() => setAsking(true)}
      >
        {words.open}
      </button>
      {asking && (
        <DeleteAccountDialog
          onKeep={() => {
            setAsking(false)
            focusLater(openButtonId)
          }}
        />
      )}
    </AccountSection>
  )
}
