// Every text of the account page.

import { cardWord, productName, productSlug } from '../../server/contract/brand.ts'

export const accountStrings = {
  intro: `Who you are here, what you can change about it, and which doors your ${cardWord} opens.`,
  readOnly: `This ${cardWord} shows your account, but does not open the door to changing it.`,
  username: 'Username',
  email: 'Email',
  noEmail: 'None',
  role: 'Role',
  memberSince: 'Member since',

  form: {
    currentPassword: 'Current password',
    currentPasswordMissing: 'Enter your current password.',
    wrongPassword: 'That is not your password.',
    notProved: 'Nothing was changed: this needs your password.',
    tooMany: (seconds: number) => `Too many attempts. You can try again in ${sayWait(seconds)}.`,
    saving: 'Saving…',
  },

  profile: {
    heading: 'Profile',
    note: 'Others know you by your username, so that stays as it is.',
    fullName: 'Full name',
    fullNameNote: 'In any script. Leave it empty to go by your username.',
    emailNote: 'You can sign in with it too. Nothing is sent to it.',
    save: 'Save profile',
    saved: 'Profile saved.',
    unchanged: 'Nothing to save: this is how it is.',
  },

  password: {
    heading: 'Password',
    note: 'Changing it signs you out everywhere else.',
    newPassword: 'New password',
    newPasswordMissing: 'Enter a new password.',
    rule: (minimum: number) =>
      `${minimum} characters or more. Spaces are welcome; a sentence you remember works well.`,
    change: 'Change password',
    changed: (sessions: number) => `Password changed. ${sayEnded(sessions)}`,
  },

  places: {
    heading: 'Sessions and activity',
    note: 'Where you are signed in, and what happened to your account.',
    sessions: 'Your sessions',
    activity: 'Your activity',
  },

  data: {
    heading: 'Your data',
    note: 'Everything held about you: profile, sessions with their addresses, devices, activity, and what you have made here.',
    download: 'Download a copy',
    preparing: 'Preparing…',
    done: 'Your copy is downloaded. It tells where you have been: keep it safe.',
    fileName: (username: string) => `${productSlug}-${username}.json`,
  },

  deletion: {
    heading: 'Delete account',
    note: 'For good: nobody can bring it back.',
    open: 'Delete account…',
    question: 'Delete your account?',
    text: 'Your profile, your sessions and devices, and all that you have made here go at once, and every app you signed in to is shut out. Only the security log keeps what happened.',
    confirm: 'Delete account',
    confirming: 'Deleting…',
    keep: 'Keep it',
  },

  doorsHeading: `Doors this ${cardWord} opens`,
  doorsText: (open: number, all: number) =>
    `${open} of ${all}. Each door is a scope of the access token.`,
  opens: 'Opens',
  closed: 'Closed',
  tokenHeading: 'Access token',
  tokenText: `Kept in this tab’s memory and nowhere else. It is renewed by itself while you use ${productName}.`,
  expiresIn: 'Expires in',
  expired: 'Expired; the next call renews it',
  cardNumber: 'Card number',
} as const

function sayEnded(sessions: number): string {
  if (sessions === 0) return 'You were signed in nowhere else.'
  return sessions === 1
    ? '1 other session was signed out.'
    : `${sessions} other sessions were signed out.`
}

function sayWait(seconds: number): string {
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}
