// Which page renders at which address. Paths, titles and scopes are in server/contract/app-pages.ts.

import {
  type ComponentType,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useSyncExternalStore,
} from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import {
  type AppPage,
  appPages,
  findPage,
  isPublicPath,
  type PageName,
} from '../server/contract/app-pages.ts'
import { homePath, pagePaths } from '../server/contract/pages.ts'
import { readFailure } from './api/failure.ts'
import { PageBoundary } from './components/page-boundary.tsx'
import { AppShell, type NavigationEntry } from './components/shell/app-shell.tsx'
import { StatePage } from './components/state-page.tsx'
import { requireSignIn, retrySession, session } from './session/browser-session.ts'
import { discardQuestion, proofRequests } from './session/question.ts'
import { RequireScope, RequireSession } from './session/require-session.tsx'
import { useAccessToken, useSession } from './session/use-session.ts'
import { strings } from './strings/shell.ts'

/** The code of each page of `appPages`, fetched when it is opened: one line each. */
const pageCode: Record<PageName, () => Promise<{ default: ComponentType }>> = {
  items: () => import('./pages/items/items-page.tsx'),
  account: () => import('./pages/account/account-page.tsx'),
  sessions: () => import('./pages/sessions/sessions-page.tsx'),
  activity: () => import('./pages/activity/activity-page.tsx'),
  overview: () => import('./pages/overview/overview-page.tsx'),
  users: () => import('./pages/users/users-page.tsx'),
  user: () => import('./pages/user/user-page.tsx'),
  audit: () => import('./pages/audit/audit-page.tsx'),
}

const AccessDenied = lazy(() => import('./components/access-denied.tsx'))
const NotFoundPage = lazy(() => import('./pages/not-found-page.tsx'))

/** Where its code does not arrive, the sign-in page does as well. */
const SignInAgainDialog = lazy<ComponentType>(() =>
  import('./pages/sign-in-again/sign-in-again-dialog.tsx').catch(instead(() => session.abandon())),
)

/** Where its code does not arrive, the call that wanted it fails. */
const ProveDialog = lazy<ComponentType>(() =>
  import('./pages/prove/prove-dialog.tsx').catch(instead(() => proofRequests.settle(false))),
)

/** Where its code does not arrive, what was typed stays. */
const DiscardDialog = lazy<ComponentType>(() =>
  import('./components/discard-dialog.tsx').catch(instead(() => discardQuestion.settle(false))),
)

/** In place of a dialog: draws nothing. */
function instead(act: () => void) {
  return () => {
    act()
    return { default: () => null }
  }
}

const routes = (Object.keys(appPages) as PageName[]).map((name) => {
  const page: AppPage = appPages[name]
  const load = pageCode[name]
  return { ...page, load, Page: lazy(load) }
})

/** Fetches a page's code while the session is still being asked for. */
export function preloadPage(path: string): void {
  const page = findPage(path)?.path
  const route = routes.find((candidate) => candidate.path === page)
  // Where it fails, drawing the page fails again, and says so.
  route?.load().catch(() => undefined)
}

export function App() {
  const isProofWanted = useSyncExternalStore(proofRequests.subscribe, proofRequests.isOpen)
  const isAskingToDiscard = useSyncExternalStore(discardQuestion.subscribe, discardQuestion.isOpen)
  return (
    <>
      <AppInShell />
      {isProofWanted && (
        <Suspense>
          <ProveDialog />
        </Suspense>
      )}
      {isAskingToDiscard && (
        <Suspense>
          <DiscardDialog />
        </Suspense>
      )}
      {useSession().status === 'paused' && (
        <Suspense>
          <SignInAgainDialog />
        </Suspense>
      )}
    </>
  )
}

/** One shell from the first wait on: what has the focus in it keeps it when the page comes. */
function AppInShell() {
  const navigation = useNavigation()
  const [path] = useLocation()
  const lacksSession = useSession().status === 'signed-out' && !isPublicPath(path)
  useEffect(() => {
    if (lacksSession) requireSignIn()
  }, [lacksSession])
  if (lacksSession) return null
  return (
    <AppShell navigation={navigation}>
      {/* Of pages that match, the first in the list is drawn, as `findPage` has it. */}
      <Switch>
        {routes.map(({ path, Page, scope }) => (
          <Route key={path} path={path}>
            {scope === null ? (
              <DrawnPage>
                <Page />
              </DrawnPage>
            ) : (
              <SignedIn>
                <DrawnPage>
                  <RequireScope scope={scope} otherwise={<AccessDenied scope={[scope]} />}>
                    <Page />
                  </RequireScope>
                </DrawnPage>
              </SignedIn>
            )}
          </Route>
        ))}
        <Route path={pagePaths.home}>
          <SignedIn>
            <Redirect to={homePath} replace />
          </SignedIn>
        </Route>
        <Route>
          <SignedIn>
            <DrawnPage>
              <NotFoundPage />
            </DrawnPage>
          </SignedIn>
        </Route>
      </Switch>
    </AppShell>
  )
}

function SignedIn({ children }: { children: ReactNode }) {
  return (
    <RequireSession
      pending={waiting}
      unreachable={(cause) => (
        <StatePage title={strings.failure.pageHeading} text={readFailure(cause).message}>
          <button type="button" className="btn" onClick={retrySession}>
            {strings.failure.retry}
          </button>
        </StatePage>
      )}
    >
      {children}
    </RequireSession>
  )
}

/** undefined until the session is known: only then are its scopes. */
function useNavigation(): NavigationEntry[] | undefined {
  const { status } = useSession()
  const opened: readonly string[] = useAccessToken()?.scopes ?? []
  if (status !== 'signed-in' && status !== 'paused') return undefined
  return routes.filter(({ path, scope, navigation }) => {
    if (path.includes(':')) return false
    if (navigation === 'with-scope') return scope === null || opened.includes(scope)
    return navigation !== 'never'
  })
}

/** Another address is another page, also where only a parameter differs. */
function DrawnPage({ children }: { children: ReactNode }) {
  const [path] = useLocation()
  return (
    <PageBoundary key={path}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </PageBoundary>
  )
}

/** Seen only where the wait is long enough to be noticed; its heading stands where the page's will. */
const waiting = (
  <div className="waiting" role="status">
    <h1>{strings.shell.loading}</h1>
  </div>
)
