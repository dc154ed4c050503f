// Every text of the account page.

import { productName, productSlug } from '../../server/contract/brand.ts'

export const accountStrings = {
  intro: 'Your profile, password, data and permissions.',
  readOnly: 'You can see your account, but this session has no permission to change it.',
  username: 'Username',
  email: 'Email',
  noEmail: 'None',
  role: 'Role',
  memberSince: 'Member since',

  form: {
    currentPassword: 'Current password',
    currentPasswordMissing: 'Enter your current password.',
    wrongPassword: 'Incorrect password.',
    notProved: 'Nothing was changed. Your password is needed for this.',
    tooMany: (seconds: number) => `Too many attempts. You can try again in ${sayWait(seconds)}.`,
    saving: 'Saving…',
  },

  profile: {
    heading: 'Profile',
    note: 'Your username can’t be changed.',
    fullName: 'Full name',
    fullNameNote: 'Optional. Without it, your username is shown.',
    emailNote: 'You can sign in with it too. We don’t send email.',
    save: 'Save profile',
    saved: 'Profile saved.',
    unchanged: 'No changes to save.',
  },

  password: {
    heading: 'Password',
    note: 'Changing it signs you out everywhere else.',
    newPassword: 'New password',
    newPasswordMissing: 'Enter a new password.',
    rule: (minimum: number) =>
      `${minimum} characters or more. Spaces are fine; a sentence you can remember works well.`,
    change: 'Change password',
    changed: (sessions: number) => `Password changed. ${sayEnded(sessions)}`,
  },

  places: {
    heading: 'Sessions and activity',
    note: 'Where you’re signed in, and what happened in your account.',
    sessions: 'Your sessions',
    activity: 'Your activity',
  },

  language: {
    heading: 'Language',
    note: 'For these pages in this browser.',
    label: 'Language',
    change: 'Change language',
  },

  data: {
    heading: 'Your data',
    note: 'Everything stored about you: profile, sessions with IP addresses, devices, activity and what you created.',
    download: 'Download a copy',
    preparing: 'Preparing…',
    done: 'Downloaded. The file contains your IP addresses: store it safely.',
    fileName: (username: string) => `${productSlug}-${username}.json`,
  },

  deletion: {
    heading: 'Delete account',
    note: 'This can’t be undone.',
    open: 'Delete account…',
    question: 'Delete your account?',
    text: 'This deletes your profile, sessions, devices and everything you created, and signs you out of every app. Only the security log is kept.',
    confirm: 'Delete account',
    confirming: 'Deleting…',
    keep: 'Cancel',
  },

  permissionsHeading: 'Permissions',
  permissionsText: (open: number, all: number) =>
    `${open} of ${all} allowed for this session. Each one is a scope of the access token.`,
  allowed: 'Allowed',
  notAllowed: 'Not allowed',
  tokenHeading: 'Access token',
  tokenText: `Stored in this tab’s memory only, and renewed automatically while you use ${productName}.`,
  expiresIn: 'Expires in',
  expired: 'Expired; renewed at the next request',
  sessionId: 'Session ID',
} as const

function sayEnded(sessions: number): string {
  if (sessions === 0) return 'You had no other sessions.'
  return sessions === 1
    ? '1 other session was signed out.'
    : `${sessions} other sessions were signed out.`
}

function sayWait(seconds: number): string {
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}
