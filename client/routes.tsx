// The one table of pages: path → page → scope. A page of your own is one line here.

import { type ComponentType, lazy, Suspense, useEffect, useSyncExternalStore } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { pagePaths, pageTitles } from '../server/contract/pages.ts'
import type { Scope } from '../server/contract/scopes.ts'
import { readFailure } from './api/failure.ts'
import { AccessDenied } from './components/access-denied.tsx'
import { PageBoundary } from './components/page-boundary.tsx'
import { AppShell, type NavigationEntry } from './components/shell/app-shell.tsx'
import { StatePage } from './components/state-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { retrySession, session } from './session/browser-session.ts'
import { proofRequests } from './session/proof-requests.ts'
import { RequireScope, RequireSession } from './session/require-session.tsx'
import { useAccessToken, useSession } from './session/use-session.ts'
import { strings } from './strings/shell.ts'

interface PageRoute {
  path: string
  load: () => Promise<{ default: ComponentType }>
  /** The scope that the token must have. */
  scope: Scope
  /** Whether the navigation leaves it out for users who may not open it. */
  isHidden?: boolean
  /** Other pages lead there: the navigation never does. */
  isUnlisted?: boolean
}

const pageRoutes: readonly PageRoute[] = [
  {
    path: pagePaths.items,
    load: () => import('./pages/items/items-page.tsx'),
    scope: 'items:read',
  },
  {
    path: pagePaths.account,
    load: () => import('./pages/account/account-page.tsx'),
    scope: 'me',
  },
  {
    path: pagePaths.sessions,
    load: () => import('./pages/sessions/sessions-page.tsx'),
    scope: 'me',
  },
  {
    path: pagePaths.activity,
    load: () => import('./pages/activity/activity-page.tsx'),
    scope: 'me',
    isUnlisted: true,
  },
  {
    path: pagePaths.users,
    load: () => import('./pages/users/users-page.tsx'),
    scope: 'users:read',
    isHidden: true,
  },
]

/** Where its code does not arrive, the sign-in page works as well. */
const SignInAgainDialog = lazy<ComponentType>(() =>
  import('./pages/sign-in-again/sign-in-again-dialog.tsx').catch(() => {
    session.abandon()
    return { default: () => null }
  }),
)

/** Where its code does not arrive, the call that needed it fails. */
const ProveDialog = lazy<ComponentType>(() =>
  import('./pages/prove/prove-dialog.tsx').catch(() => ({ default: DeclineProof })),
)

function DeclineProof() {
  useEffect(() => proofRequests.settle(false), [])
  return null
}

const routes = pageRoutes.map((route) => ({ ...route, Page: lazy(route.load) }))

/** Fetches a page's code while the session is still being asked for. */
export function preloadPage(path: string): void {
  const route = pageRoutes.find((candidate) => candidate.path === path)
  // Where it fails, rendering the page fails again, and says so.
  route?.load().catch(() => undefined)
}

export function App() {
  const isProofWanted = useSyncExternalStore(proofRequests.subscribe, proofRequests.isOpen)
  return (
    <>
      <SignedInApp />
      {isProofWanted && (
        <Suspense>
          <ProveDialog />
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

/** One shell from the first wait on: an element in it keeps the focus when the page arrives. */
function SignedInApp() {
  const navigation = useNavigation()
  if (useSession().status === 'signed-out') return null
  return (
    <AppShell navigation={navigation}>
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
        <Pages />
      </RequireSession>
    </AppShell>
  )
}

/** undefined until the session is known: only then are its scopes. */
function useNavigation(): NavigationEntry[] | undefined {
  const { status } = useSession()
  const opened = useAccessToken()?.scopes ?? []
  if (status !== 'signed-in' && status !== 'paused') return undefined
  return routes
    .filter(
      ({ scope, isHidden, isUnlisted }) => !isUnlisted && (!isHidden || opened.includes(scope)),
    )
    .map(({ path }) => ({ path, title: pageTitles[path] ?? path }))
}

function Pages() {
  return (
    <Switch>
      {routes.map(({ path, Page, scope }) => (
        <Route key={path} path={path}>
          <PageBoundary key={path}>
            <RequireScope scope={scope} otherwise={<AccessDenied scope={[scope]} />}>
              <Suspense fallback={waiting}>
                <Page />
              </Suspense>
            </RequireScope>
          </PageBoundary>
        </Route>
      ))}
      <Route path={pagePaths.home}>
        <Redirect to={pagePaths.items} replace />
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  )
}

/**
 * Visible only where the wait is long enough to be noticed; its heading stands where the page's
 * will.
 */
const waiting = (
  <div className="waiting" role="status">
    <h1>{strings.shell.loading}</h1>
  </div>
)
