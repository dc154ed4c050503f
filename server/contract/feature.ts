// What a feature of the app declares to the server and to the browser: its scopes and its pages.

/** A page of the app: its path, title, scope and place in the navigation. */
export interface Page {
  /**
   * May have parameters, as in `/plants/:id`, which the page reads by wouter's `useParams`. Of several
   * pages that match, the first is drawn.
   */
  path: `/${string}`
  /** In the navigation, the page's heading and the browser's tab. */
  title: string
  /** The scope that the token must have; null for a public page, which needs no session. */
  scope: string | null
  /**
   * Whether the navigation lists it: for everyone by default, only for those who have its scope, or
   * never, where other pages lead to it. A path with parameters is never listed.
   */
  navigation?: 'with-scope' | 'never'
}

/** The browser loads this: plain data, and no zod. */
export interface Feature {
  /** The word before the colon of its scopes, as people read it: `Items`. */
  title: string
  /** Scopes of every user, each with a sentence that people read. Admins have all scopes. */
  scopes: Readonly<Record<string, string>>
  /** Scopes that only admins have. */
  adminScopes?: Readonly<Record<string, string>>
  pages: Readonly<Record<string, Page>>
}
