// Exporting one's data: a file, made in this tab from what the server holds.

import { trpc } from '../../api/trpc.ts'
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
      download(words.fileName(username), JSON.stringify(data, null, 2))
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

/** In milliseconds: by then the browser has begun to read what the address stands for. */
const addressLivesMs = 60_000

function download(fileName: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), addressLivesMs)
}
