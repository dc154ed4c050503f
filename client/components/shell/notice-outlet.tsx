// Where security notices show: under the header of every page. Their code is loaded only if there are any.

import { lazy, Suspense } from 'react'
import { trpc } from '../../api/trpc.ts'
import { useCan } from '../../session/use-session.ts'

const SecurityNotices = lazy(() => import('./security-notices.tsx'))

export function NoticeOutlet() {
  const { data } = trpc.account.notices.useQuery(undefined, { enabled: useCan('me') })
  if (!data || data.notices.length === 0) return null
  return (
    <Suspense>
      <SecurityNotices notices={data.notices} />
    </Suspense>
  )
}
