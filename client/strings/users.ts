// Every text of the admin's page of users.

import type { Role } from '../../server/contract/scopes.ts'
import type { SortOrder, UserSortKey } from '../../server/contract/user-order.ts'

const count = (number: number, one: string, more: string) =>
  number === 1 ? `1 ${one}` : `${number.toLocaleString('en')} ${more}`

/** What is counted only so far is shown as `1,000+ users`. */
const countUsers = (total: number, hasMore: boolean) =>
  hasMore ? `${total.toLocaleString('en')}+ users` : count(total, 'user', 'users')

export const usersStrings = {
  intro: 'Everyone with an account.',
  auditLink: 'See what happened in their accounts',
  caption: (total: number, hasMore: boolean) => countUsers(total, hasMore),
  captionFound: (total: number, hasMore: boolean, search: string) =>
    `${countUsers(total, hasMore)} for “${search}”`,
  captionCut: (search: string) => `Some of the users for “${search}”`,
  narrow: 'Too many match to list them all. Type more letters, or another word of a name or email.',
  search: 'Search by name or email',
  sortBy: 'Sort by',
  name: 'Name',
  role: 'Role',
  state: 'State',
  joined: 'Joined',
  lastSeen: 'Last seen',
  sessions: 'Sessions',
  actions: 'Actions',
  you: 'You',
  active: 'Active',
  disabled: 'Disabled',
  never: 'never',
  sessionCount: (sessions: number) => count(sessions, 'session', 'sessions'),
  orders: {
    username: { asc: 'Name, A to Z', desc: 'Name, Z to A' },
    role: { asc: 'Role, admins first', desc: 'Role, users first' },
    created_at: { asc: 'Joined, oldest first', desc: 'Joined, newest first' },
    last_seen_at: { asc: 'Last seen, longest ago first', desc: 'Last seen, latest first' },
  } satisfies Record<UserSortKey, Record<SortOrder, string>>,

  paging: 'Pages',
  page: (page: number, pages: number | undefined) =>
    pages === undefined ? `Page ${page}` : `Page ${page} of ${pages}`,
  pagesEnd: 'is the last one. Search to find others.',
  previous: 'Previous',
  next: 'Next',
  noSuchPage: (page: number) => `There is no page ${page}`,
  noSuchPageText: 'The list is shorter than that.',
  firstPage: 'Go to the first page',
  tooManyFound: (search: string) => `Too many users for “${search}”`,
  nobodyFound: (search: string) => `No users found for “${search}”`,
  nobodyFiltered: 'No users match these filters',
  nobodyFoundText: 'A search looks for the beginning of each word in usernames, names and emails.',
  clearSearch: 'Show all users',

  menuOf: (name: string) => `Actions for ${name}`,
  setPassword: 'Set a password',
  changeRole: 'Change role',
  endSessions: 'End sessions',
  noSessions: 'No sessions to end.',
  disable: 'Disable',
  enable: 'Enable',
  unlock: 'Unlock sign-in',
  yourAccount: 'Your account',
  lastAdmin: 'This is the last admin who can sign in. Add another admin first.',
  notYourself: 'You can’t disable yourself. Another admin can.',

  cancel: 'Cancel',
  failed: (what: string, reason: string) => `${what} ${reason}`,
  notProved: 'Nothing was changed. Your own password is needed for this.',

  add: 'New user',
  addHeading: 'New user',
  create: 'Create user',
  username: 'Username',
  email: 'Email',
  fullName: 'Full name',
  optional: '(optional)',
  password: 'Password',
  newPassword: 'New password',
  passwordNote: 'Use a few unrelated words, or generate one.',
  passwordMade: 'Copy it now. It isn’t shown again.',
  makeOne: 'Generate',
  show: 'Show',
  showPassword: 'Show password',
  created: (name: string) => `${name} can sign in now.`,

  setPasswordHeading: (name: string) => `New password for ${name}`,
  setPasswordText: 'The old password stops working, and all sessions end now.',
  passwordSet: (name: string, sessions: number) =>
    `${name} has a new password. ${count(sessions, 'session was', 'sessions were')} ended.`,

  changeRoleHeading: (name: string) => `Role of ${name}`,
  roleTexts: {
    user: 'Can see and change their own data.',
    admin: 'Can see, create, change and disable all users.',
  } satisfies Record<Role, string>,
  changeRoleText: 'Removed permissions end now; added ones start at the next sign-in.',
  ownRoleText:
    'This is your own account: you lose this page now, and only another admin can give it back.',
  save: 'Change role',
  roleChanged: (name: string, role: string) => `${name} is now: ${role}.`,

  disableHeading: (name: string) => `Disable ${name}?`,
  disableText: (sessions: number) =>
    sessions === 0
      ? 'The account is kept, but can’t be used to sign in.'
      : `${count(sessions, 'session ends', 'sessions end')} now, everywhere. The account is kept, but can’t be used to sign in.`,
  wasDisabled: (name: string) => `${name} is disabled and signed out everywhere.`,
  plainDone: {
    enable: (name: string) => `${name} can sign in again.`,
    unlock: (name: string) => `${name} can sign in from anywhere again.`,
  },
  plainFailed: {
    enable: (name: string, reason: string) => `${name} was not enabled. ${reason}`,
    unlock: (name: string, reason: string) => `${name} was not unlocked. ${reason}`,
  },

  endHeading: (name: string) => `Sign ${name} out everywhere?`,
  endText: (sessions: number) =>
    `${count(sessions, 'session ends', 'sessions end')} now. The password stays the same, so they can sign in again.`,
  endSubmit: (sessions: number) => `End ${count(sessions, 'session', 'sessions')}`,
  wereEnded: (name: string, sessions: number) =>
    `${count(sessions, 'session', 'sessions')} of ${name} ended.`,

  anyRole: 'Any role',
  anyState: 'Any state',
  captionFiltered: (caption: string) => `${caption}, filtered`,
} as const
