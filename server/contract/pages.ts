// The app's page paths: the one table that the server's fallback and the browser's routes share.

export const pagePaths = {
  /** Redirects to `items`, or to `signIn`. */
  home: '/',
  signIn: '/login',
  register: '/register',
  items: '/items',
  account: '/account',
  sessions: '/sessions',
  activity: '/activity',
  users: '/users',
} as const

/** The place on the account page where the password is changed. */
export const changePasswordFragment = 'password'

/** On the root of an app page that a form of ours has led to, without the cookie of a sign-in. */
export const lostCookieMark = 'data-lost-cookie'

/** Swagger UI: a page of the server's, not one of the app's. */
export const docsPath = '/docs'

/** The name of a page, in its navigation link and while it loads. */
export const pageTitles: Readonly<Record<string, string>> = {
  [pagePaths.items]: 'Items',
  [pagePaths.account]: 'Account',
  [pagePaths.sessions]: 'Sessions',
  [pagePaths.activity]: 'Activity',
  [pagePaths.users]: 'Users',
  [docsPath]: 'API docs',
}
