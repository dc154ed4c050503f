// Every text of the admin's page of users.

import { productName } from '../../server/contract/brand.ts'
import type { Role } from '../../server/contract/scopes.ts'
import type { SortOrder, UserSortKey } from '../../server/contract/user-order.ts'

const count = (number: number, one: string, more: string) =>
  number === 1 ? `1 ${one}` : `${number.toLocaleString('en')} ${more}`

/** What is counted only so far is shown as `1,000+ users`. */
const countUsers = (total: number, hasMore: boolean) =>
  hasMore ? `${total.toLocaleString('en')}+ users` : count(total, 'user', 'users')

export const usersStrings = {
  intro: 'Everybody who has an account here.',
  auditLink: 'See what happened in their accounts',
  caption: countUsers,
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
  nobodyFound: (search: string) => `Nobody found for “${search}”`,
  nobodyFoundText: 'A search looks for the beginning of each word in usernames, names and emails.',
  clearSearch: 'Show everybody',

  menuOf: (name: string) => `Actions for ${name}`,
  setPassword: 'Set a password',
  changeRole: 'Change role',
  endSessions: 'End sessions',
  noSessions: 'There is none to end.',
  disable: 'Disable',
  enable: 'Enable',
  unlock: 'Unlock sign-in',
  yourAccount: 'Your account',
  lastAdmin: `${productName} needs one admin who can sign in. Make another one first.`,
  notYourself: 'You can’t disable yourself. Another admin can.',

  cancel: 'Cancel',
  failed: (what: string, reason: string) => `${what} ${reason}`,
  notProved: 'Nothing was changed: this needs your own password.',

  add: 'New user',
  addHeading: 'New user',
  create: 'Create user',
  username: 'Username',
  email: 'Email',
  fullName: 'Full name',
  optional: '(optional)',
  password: 'Password',
  newPassword: 'New password',
  passwordNote: `A few unrelated words, or let ${productName} make one.`,
  passwordMade: 'Hand it over now: it is not shown again.',
  makeOne: 'Make one',
  show: 'Show',
  showPassword: 'Show password',
  created: (name: string) => `${name} can sign in now.`,

  setPasswordHeading: (name: string) => `New password for ${name}`,
  setPasswordText: 'The old one stops working, and every session ends straight away.',
  passwordSet: (name: string, sessions: number) =>
    `${name} has a new password. ${count(sessions, 'session was', 'sessions were')} ended.`,

  changeRoleHeading: (name: string) => `Role of ${name}`,
  roleTexts: {
    user: 'Sees and changes what is their own.',
    admin: 'Sees every user, and creates, changes and disables them.',
  } satisfies Record<Role, string>,
  changeRoleText:
    'What a role takes away is gone straight away. What it adds comes with the next sign-in.',
  ownRoleText:
    'This is you: as a user you lose this page straight away, and only another admin gives it back.',
  save: 'Change role',
  roleChanged: (name: string, role: string) => `${name} is now: ${role}.`,

  disableHeading: (name: string) => `Disable ${name}?`,
  disableText: (sessions: number) =>
    sessions === 0
      ? 'The account stays as it is, but nobody can sign in with it.'
      : `${count(sessions, 'session ends', 'sessions end')} straight away, everywhere. The account stays as it is, but nobody can sign in with it.`,
  wasDisabled: (name: string) => `${name} is disabled, and signed out everywhere.`,
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
    `${count(sessions, 'session ends', 'sessions end')} straight away. The password stays, so they can sign in again.`,
  endSubmit: (sessions: number) => `End ${count(sessions, 'session', 'sessions')}`,
  wereEnded: (name: string, sessions: number) =>
    `${count(sessions, 'session', 'sessions')} of ${name} ended.`,
} as const
