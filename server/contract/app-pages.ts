// The app's pages, in the order of the navigation: the one table that the server and the browser share.

import type { Page } from './feature.ts'
import * as features from './features.ts'
import { docsPath } from './pages.ts'
import type { Scope } from './scopes.ts'

export interface AppPage extends Page {
  scope: Scope | null
}

type Features = typeof features
/** The names of all features' pages. */
type FeaturePageName = {
  [Name in keyof Features]: keyof Features[Name]['pages']
}[keyof Features]

const featurePages: Record<FeaturePageName, AppPage> = Object.assign(
  {},
  ...Object.values<{ pages: Record<string, AppPage> }>(features).map(({ pages }) => pages),
)

const ownPages = {
  account: { path: '/account', title: 'Account', scope: 'me' },
  sessions: { path: '/sessions', title: 'Sessions', scope: 'me' },
  activity: { path: '/activity', title: 'Activity', scope: 'me', navigation: 'never' },
  users: { path: '/users', title: 'Users', scope: 'users:read', navigation: 'with-scope' },
} as const satisfies Record<string, AppPage>

export const appPages = { ...featurePages, ...ownPages }

export type PageName = keyof typeof appPages

/** Whether the page at a path needs no session. */
export function isPublicPath(path: string): boolean {
  return Object.values<AppPage>(appPages).some((page) => page.path === path && page.scope === null)
}

/** The title of the page at a path; undefined for a path that is none of these. */
export function titleOf(path: string): string | undefined {
  if (path === docsPath) return 'API docs'
  return Object.values<AppPage>(appPages).find((page) => page.path === path)?.title
}
