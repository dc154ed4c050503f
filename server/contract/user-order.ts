// How the list of users can be sorted: words for the wire and for the page's address.

export const userSortKeys = ['username', 'role', 'created_at', 'last_seen_at'] as const
export type UserSortKey = (typeof userSortKeys)[number]

export const sortOrders = ['asc', 'desc'] as const
export type SortOrder = (typeof sortOrders)[number]

/** Whether a user may sign in. */
export const userStates = ['active', 'disabled'] as const
export type UserState = (typeof userStates)[number]

/** In UTF-16 code units. */
export const userSearchMaxLength = 100

/** In a list: more are not counted, … */
export const usersCountedTo = 1_000
/** … and pages are numbered up to here. A cursor goes on from there. */
export const usersPagedTo = 10_000
