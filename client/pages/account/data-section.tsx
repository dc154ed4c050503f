// Exporting one's data: a file, made in this tab from what the server holds.

import { trpc } from '../../api/trpc.ts'
import { download } from '../../components/download.ts'
import { accountStrings } from '../../strings/account.ts'
import { AccountSection, FormEnd } from './account-section.tsx'
import { gatherExport } from './gather-export.ts'
import { useAccountForm } from './use-account-form.ts'

const words = accountStrings.data

export function DataSection({ username }: { username: string }) {
  const exporting = trpc.account.export.useMutation()
  const form = useAccountForm({
    name: 'data',
    labels: {},
    async send() {
      const data = await gatherExport((cursor) =>
        exporting.mutateAsync(cursor === undefined ? {} : { cursor }),
      )
      const text = JSON.stringify(data, null, 2)
      download(words.fileName(username), new Blob([text], { type: 'application/json' }))
      // It does not belong in the cache.
      exporting.reset()
      return words.done
    },
  })
  return (
    <AccountSection id="data" heading={words.heading} note={words.note}>
      <form ref={form.ref} noValidate {...form.handlers}>
        <FormEnd
          form={form}
          submit={words.download}
          submitting={words.preparing}
          isPrimary={false}
        />
      </form>
    </AccountSection>
  )
}
