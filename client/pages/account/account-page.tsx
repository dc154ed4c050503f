// Who the user is here, what they can change about it, and the scopes of this browser's token.

import './account.css'
import { appPages } from '../../../server/contract/app-pages.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { useAccessToken, useCan } from '../../session/use-session.ts'
import { accountStrings as words } from '../../strings/account.ts'
import { DataSection } from './data-section.tsx'
import { DeletionSection } from './deletion-section.tsx'
import { Holder, HolderSkeleton } from './holder.tsx'
import { LanguageSection } from './language-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { PlacesSection } from './places-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { ScopeList } from './scope-list.tsx'
import { TokenFacts } from './token-facts.tsx'

export default function AccountPage() {
  // Another tab may have changed it: a user who comes back here sees the present state.
  const me = trpc.users.me.useQuery(undefined, { refetchOnWindowFocus: 'always' })
  const token = useAccessToken()
  const canChange = useCan('me:write')
  return (
    <>
      <PageHeading title={appPages.account.title} />
      <p className="intro">{canChange ? words.intro : words.readOnly}</p>
      {me.isError && !me.data && (
        <LoadProblem cause={me.error} busy={me.isFetching} onRetry={() => void me.refetch()} />
      )}
      {me.isPending && <HolderSkeleton />}
      {me.data && token && <Holder user={me.data} token={token} />}
      {me.data && canChange && (
        <div className="panel list account-sections">
          <ProfileSection user={me.data} readAtMs={me.dataUpdatedAt} />
          <PasswordSection username={me.data.username} />
          <PlacesSection />
          <LanguageSection />
          <DataSection username={me.data.username} />
          <DeletionSection />
        </div>
      )}
      {/* Not before what stands above them: they would move. */}
      {token && !me.isPending && (
        <>
          <ScopeList opens={token.scopes} />
          <TokenFacts token={token} />
        </>
      )}
    </>
  )
}
