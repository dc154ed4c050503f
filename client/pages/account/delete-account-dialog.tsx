// The question before the account is deleted: what is deleted with it, and the password.

import { pagePaths } from '../../../server/contract/pages.ts'
import { trpc } from '../../api/trpc.ts'
import { ModalDialog } from '../../components/modal-dialog.tsx'
import { session } from '../../session/browser-session.ts'
import { accountStrings } from '../../strings/account.ts'
import { AccountPasswordField } from './account-password-field.tsx'
import { useAccountForm } from './use-account-form.ts'

const words = accountStrings.deletion

export function DeleteAccountDialog({ onKeep }: { onKeep: () => void }) {
  const deletion = trpc.account.delete.useMutation()

  const form = useAccountForm({
    name: 'delete-account',
    labels: {},
    async send(_element, currentPassword = '') {
      await deletion.mutateAsync({ current_password: currentPassword })
      await leave()
      return ''
    },
  })

  const keep = () => {
    if (!form.busy) onKeep()
  }

  return (
    <ModalDialog
      className="delete-account"
      heading={words.question}
      text={words.text}
      onCancel={keep}
    >
      <form ref={form.ref} noValidate {...form.handlers}>
        <AccountPasswordField form={form} />
        <p className="form-message" role="alert">
          {form.message}
        </p>
        <div className="actions">
          <button type="button" className="btn" onClick={keep}>
            {words.keep}
          </button>
          <button type="submit" className="btn danger" aria-disabled={form.busy}>
            {form.busy ? words.confirming : words.confirm}
          </button>
        </div>
      </form>
    </ModalDialog>
  )
}

/**
 * Signing out clears the cookie and tells the other tabs; the address says why the user is signed
 * out.
 */
async function leave(): Promise<void> {
  await session.signOut().catch(() => undefined)
  location.replace(`${pagePaths.signIn}?reason=deleted`)
}
