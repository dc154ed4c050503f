// Deletes a user, once the admin has read what is deleted.

import { useState } from 'react'
import { useLocation } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import { trpc } from '../../api/trpc.ts'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { userStrings } from '../../strings/user.ts'
import { AccountSection } from '../account/account-section.tsx'
import { FormDialog } from '../users/form-dialog.tsx'
import { nameOf } from '../users/user-row.tsx'
import type { UserPart } from './user-part.ts'

const words = userStrings.deletion
const openId = 'delete-user'

export function DeletionSection({ user, isSelf }: UserPart) {
  const [, navigate] = useLocation()
  const users = trpc.useUtils().users
  const deletion = trpc.users.delete.useMutation()
  const [isAsking, setIsAsking] = useState(false)
  const focusLater = useLaterFocus()

  return (
    <AccountSection id="delete" heading={words.heading} note={words.note}>
      {isSelf ? (
        <p>{words.self}</p>
      ) : (
        <button id={openId} type="button" className="btn danger" onClick={() => setIsAsking(true)}>
          {words.open}
        </button>
      )}
      {isAsking && (
        <FormDialog
          heading={words.question(nameOf(user))}
          text={words.text(user.session_count)}
          submitLabel={words.confirm}
          isDanger
          onSubmit={async () => {
            await deletion.mutateAsync({ id: user.id })
            navigate(appPages.users.path)
            void users.list.invalidate()
          }}
          onClose={() => {
            setIsAsking(false)
            focusLater(openId)
          }}
        />
      )}
    </AccountSection>
  )
}
