// Every text of the activity page: a sentence for each event, and a word beside its light.

import type { ActivityEntry } from '../../server/contract/activity.ts'
import type { ActivityEvent } from '../../server/contract/activity-events.ts'

export const activityStrings = {
  intro: 'What happened to your account, newest first.',
  /** Before and after the link. */
  notYou: 'Something here wasn’t you?',
  notYouLink: 'Look at your account',
  listName: (day: string) => `Activity, ${day}`,
  today: 'Today',
  yesterday: 'Yesterday',
  unknownDevice: 'Unknown device',
  thisSession: 'This session',
  moreFailed: 'The next entries didn’t load.',
  nowShown: (count: number) => `${count} entries shown.`,
  emptyHeading: 'Nothing yet',
  emptyText: 'Sign-ins and changes to your account appear here.',

  /** What the light beside an entry says. */
  lights: {
    open: 'Open',
    denied: 'Denied',
    locked: 'Locked',
    closed: 'Closed',
    changed: 'Changed',
  },
} as const

export type Light = keyof typeof activityStrings.lights

export const lightOf: Record<ActivityEvent, Light> = {
  signed_in: 'open',
  sign_in_refused: 'denied',
  sign_in_closed: 'locked',
  signed_out: 'closed',
  session_ended: 'closed',
  sessions_ended: 'closed',
  device_confirmed: 'open',
  reauthenticated: 'open',
  refresh_recovered: 'open',
  refresh_from_elsewhere: 'open',
  refresh_token_reused: 'denied',
  registered: 'open',
  profile_changed: 'changed',
  password_changed: 'changed',
  account_deleted: 'locked',
  data_exported: 'changed',
  audit_log_exported: 'changed',
  user_created: 'open',
  user_disabled: 'locked',
  user_enabled: 'open',
  user_unlocked: 'open',
  role_changed: 'changed',
  password_set_by_admin: 'changed',
}

/** An entry as a sentence without its full stop. */
export function describeEntry(entry: ActivityEntry): string {
  const { event, by, what, why } = entry
  const byAdmin = by === 'administrator'
  switch (event) {
    case 'signed_in':
      return `Signed in${what === 'bearer' ? ' through the token endpoint' : ''}${
        why === 'new_device' ? ' on a new device' : ''
      }`
    case 'sign_in_refused':
      return describeRefusal(why)
    case 'sign_in_closed':
      return 'Too many wrong passwords: only devices and places you have signed in from can sign in'
    case 'signed_out':
      return 'Signed out'
    case 'session_ended':
      if (why === 'session_limit') return 'The session used longest ago was ended: 100 are the most'
      return what === null ? 'A session was ended' : `A session was ended: ${what}`
    case 'sessions_ended':
      if (why === 'session_limit') return `${what} old sessions were ended: 100 are the most`
      return byAdmin ? 'An administrator signed you out everywhere' : 'Signed out everywhere else'
    case 'device_confirmed':
      return 'You confirmed a new device'
    case 'reauthenticated':
      return 'You entered your password again, for a sensitive change'
    case 'refresh_recovered':
      return 'A session went on after a reply was lost on the way'
    case 'refresh_from_elsewhere':
      return 'A session moved to another address'
    case 'refresh_token_reused':
      return 'A session was ended because a copy of it was used'
    case 'registered':
      return 'You made this account'
    case 'profile_changed':
      return 'Your profile was changed'
    case 'password_changed':
      return 'Your password was changed'
    case 'account_deleted':
      return 'This account was deleted'
    case 'data_exported':
      return 'Your data was exported'
    case 'audit_log_exported':
      return 'You exported the audit log'
    case 'user_created':
      return 'An administrator made this account'
    case 'user_disabled':
      return 'An administrator disabled this account'
    case 'user_enabled':
      return 'An administrator enabled this account again'
    case 'user_unlocked':
      return 'An administrator unlocked this account: it can be signed in to from anywhere again'
    case 'role_changed':
      return byAdmin
        ? `An administrator changed your role to ${what}`
        : `You changed your role to ${what}`
    case 'password_set_by_admin':
      return 'An administrator gave you a new password'
  }
}

function describeRefusal(why: string | null): string {
  switch (why) {
    case 'wrong_password':
      return 'Somebody tried your account with a wrong password'
    case 'disabled':
      return 'Somebody tried to sign in while this account was disabled'
    default:
      return 'Somebody tried to sign in, and was refused'
  }
}
