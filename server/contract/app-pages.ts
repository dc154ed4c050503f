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
  overview: { path: '/overview', title: 'Overview', scope: 'audit:read', navigation: 'never' },
  users: { path: '/users', title: 'Users', scope: 'users:read', navigation: 'with-scope' },
  user: { path: '/users/:id', title: 'User', scope: 'users:read' },
  audit: { path: '/audit', title: 'Audit log', scope: 'audit:read', navigation: 'never' },
} as const satisfies Record<string, AppPage>

/** In the navigation too, though it is a page of the server's. */
const docsPage = { title: 'API docs' } as const

export const appPages = { ...featurePages, ...ownPages }

export type PageName = keyof typeof appPages

/**
 * As the browser's router (wouter) does: a parameter, as in `/plants/:id`, is one segment that is not
 * empty, and neither case counts nor a slash at the end.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replace(/:[^/]+/g, '[^/]+')}/?$`, 'i').test(path)
}

/** The page at a path, as the router finds it: the first that matches, in whatever case it is typed. */
export function findPage(path: string): AppPage | undefined {
  return Object.values<AppPage>(appPages).find((page) => matchesPattern(page.path, path))
}

/** Whether the page at a path needs no session. */
export function isPublicPath(path: string): boolean {
  return findPage(path)?.scope === null
}

/** The title of the page at a path; undefined for a path that is none of these. */
export function titleOf(path: string): string | undefined {
  return path === docsPath ? docsPage.title : findPage(path)?.title
}
