// The browsers that a user has signed in with, which the throttle knows.

import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { userStrings } from '../../strings/user.ts'
import { AccountSection } from '../account/account-section.tsx'
import { type Place, PlaceList } from './place-list.tsx'
import type { UserPart } from './user-part.ts'

const words = userStrings.devices

export function DevicesSection({ user, canWrite, announce }: UserPart) {
  const query = trpc.users.devices.useQuery({ id: user.id })
  const forget = trpc.users.forgetDevice.useMutation()
  const focusLater = useLaterFocus()
  const devices = query.data?.devices ?? []

  function remove({ id, device }: Place) {
    forget.mutate(
      { id: user.id, device_id: id },
      {
        onSuccess: () => {
          announce(words.removed(device ?? userStrings.sessions.unknownDevice))
          focusLater('devices-heading')
        },
        onError: (error) => announce(words.failed(readFailure(error).message)),
      },
    )
  }

  return (
    <AccountSection id="devices" heading={words.heading(devices.length)} note={words.note}>
      {query.isError && !query.data && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data && devices.length === 0 && <p>{words.none}</p>}
      {devices.length > 0 && (
        <PlaceList
          label={words.listName}
          places={devices}
          isBusy={forget.isPending}
          action={
            canWrite ? { text: words.remove, nameOf: words.removeNamed, run: remove } : undefined
          }
        />
      )}
    </AccountSection>
  )
}
