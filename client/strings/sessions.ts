// Every text of the sessions page.

import type { Feature } from '../../server/contract/feature.ts'
import * as features from '../../server/contract/features.ts'

/** By the word before the colon of a scope. */
const nouns: Readonly<Record<string, string>> = {
  me: 'Account',
  users: 'Users',
  audit: 'Audit log',
  ...Object.fromEntries(
    Object.values<Feature>(features).flatMap(({ title, scopes, adminScopes }) =>
      Object.keys({ ...scopes, ...adminScopes }).map((scope) => [scope.split(':', 1)[0], title]),
    ),
  ),
}

export const sessionsStrings = {
  intro: 'Where you’re signed in. Sign out a session to end its access now.',
  listName: 'Other sessions',

  noun: (word: string) => nouns[word] ?? word,
  readOnly: (noun: string) => `${noun} (read only)`,
  writeOnly: (noun: string) => `${noun} (write only)`,

  unknownDevice: 'Unknown device',
  unknownAddress: 'Unknown address',
  throughToken: (device: string) => `${device}, through the API`,
  thisDevice: 'This device',
  newDevice: 'New',

  signedIn: 'Signed in',
  from: 'From',
  opens: 'Permissions',
  lastsUntil: 'Expires',
  withPassword: 'with a password',
  atTokenEndpoint: 'through the API',
  active: 'Active',
  lastUsed: 'Last used',
  today: (time: string) => `today at ${time}`,
  yesterday: (time: string) => `yesterday at ${time}`,
  endsToday: (time: string) => `${time} today`,
  endsTomorrow: (time: string) => `${time} tomorrow`,
  orIdle: (end: string, idle: string) => `${end}, or after ${idle} of inactivity`,

  others: (count: number) => (count === 1 ? '1 other session' : `${count} other sessions`),
  noOthers: 'No other sessions',
  noOthersText: 'You’re only signed in here.',
  notAllShown: (shown: number) => `The ${shown} most recently used are shown.`,
  signOut: 'Sign out',
  signOutNamed: (device: string) => `Sign out ${device}`,

  signOutOthers: 'Sign out everywhere else',
  othersHeading: 'Sign out everywhere else?',
  othersText: (count: number) =>
    count === 1
      ? '1 session ends now. You stay signed in here.'
      : `${count} sessions end now. You stay signed in here.`,
  stay: 'Stay signed in',
  signOutCount: (count: number) =>
    count === 1 ? 'Sign out 1 session' : `Sign out ${count} sessions`,

  newSignIn: 'Signed in',
  wasItYou: 'on a new device. Was this you?',
  notYou: 'on a new device, before you signed in here. If this was not you, sign it out.',
  yes: 'Yes, it was me',
  yesNamed: (device: string) => `Yes, it was me: ${device}`,
  no: 'No, sign it out',
  noNamed: (device: string) => `No, sign it out: ${device}`,
  disowned: (device: string) =>
    `${device} is signed out. If that wasn’t you, someone may know your password:`,
  changePassword: 'change your password',

  unrecognised: 'If you don’t recognise a session, sign it out and',
  activityBefore: 'See what happened in your account in',
  activity: 'your activity',

  wasSignedOut: (device: string) => `Signed out ${device}.`,
  wereSignedOut: (count: number) =>
    count === 1 ? 'Signed out 1 session.' : `Signed out ${count} sessions.`,
  wasConfirmed: (device: string) => `Marked as yours: ${device}.`,
  beganElsewhere: (device: string) => `New session: ${device}.`,
  endedElsewhere: (device: string) => `Session ended: ${device}.`,
  endFailed: (device: string, reason: string) => `${device} is still signed in. ${reason}`,
  endOthersFailed: (reason: string) => `Nothing was signed out. ${reason}`,
  confirmFailed: (device: string, reason: string) => `${device} is still marked as new. ${reason}`,
} as const
