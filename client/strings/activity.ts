// Every text of the activity page: a sentence for each event, and a word beside its light.

import type { ActivityEntry } from '../../server/contract/activity.ts'
import type { ActivityEvent } from '../../server/contract/activity-events.ts'

export const activityStrings = {
  intro: 'What happened to your account, newest first.',
  /** Before and after the link. */
  notYou: 'Something here wasn’t you?',
  notYouLink: 'Check your account',
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
    open: 'OK',
    denied: 'Denied',
    locked: 'Locked',
    closed: 'Ended',
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
  device_forgotten: 'changed',
  reauthenticated: 'open',
  refresh_recovered: 'open',
  refresh_from_elsewhere: 'open',
  refresh_token_reused: 'denied',
  registered: 'open',
  profile_changed: 'changed',
  password_changed: 'changed',
  password_reset_requested: 'changed',
  password_reset: 'changed',
  account_deleted: 'locked',
  passkey_added: 'changed',
  passkey_removed: 'changed',
  passkey_counter_back: 'denied',
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
      return `Signed in${signInWays[what ?? ''] ?? ''}${
        why === 'new_device' ? ' on a new device' : ''
      }`
    case 'sign_in_refused':
      return describeRefusal(why)
    case 'sign_in_closed':
      return 'Too many wrong passwords: only known devices and networks can sign in'
    case 'signed_out':
      return 'Signed out'
    case 'session_ended':
      if (byAdmin)
        return what === null ? 'An admin ended a session' : `An admin ended a session: ${what}`
      if (why === 'session_limit')
        return 'The least recently used session was ended: the limit is 100'
      return what === null ? 'Session ended' : `Session ended: ${what}`
    case 'sessions_ended':
      if (why === 'session_limit') return `${what} old sessions were ended: the limit is 100`
      if (why === 'mail_link') return 'Signed out everywhere, by the link in a mail'
      return byAdmin ? 'An admin signed you out everywhere' : 'Signed out everywhere else'
    case 'device_confirmed':
      return 'You confirmed a new device'
    case 'device_forgotten':
      return byAdmin ? 'An admin removed a known device' : 'You removed a known device'
    case 'reauthenticated':
      return `${what === 'passkey' ? 'Passkey' : 'Password'} confirmed for a sensitive change`
    case 'refresh_recovered':
      return 'A session continued after a lost reply'
    case 'refresh_from_elsewhere':
      return 'A session moved to another IP address'
    case 'refresh_token_reused':
      return 'Session ended: a copied token was used'
    case 'registered':
      return 'You created this account'
    case 'profile_changed':
      return byAdmin ? 'An admin changed your profile' : 'Your profile was changed'
    case 'password_changed':
      return 'Your password was changed'
    case 'password_reset_requested':
      return 'A link for a new password was requested by mail'
    case 'password_reset':
      return 'Your password was reset by mail'
    case 'account_deleted':
      return 'This account was deleted'
    case 'passkey_added':
      return `Passkey added: ${what}`
    case 'passkey_removed':
      return `Passkey removed: ${what}`
    case 'passkey_counter_back':
      return `A passkey may have been copied: ${what}`
    case 'data_exported':
      return 'Your data was exported'
    case 'audit_log_exported':
      return 'You exported the audit log'
    case 'user_created':
      return 'An admin created this account'
    case 'user_disabled':
      return 'An admin disabled this account'
    case 'user_enabled':
      return 'An admin enabled this account again'
    case 'user_unlocked':
      return 'An admin unlocked sign-in: it works from anywhere again'
    case 'role_changed':
      return byAdmin ? `An admin changed your role to ${what}` : `You changed your role to ${what}`
    case 'password_set_by_admin':
      return 'An admin set a new password for you'
  }
}

const signInWays: Readonly<Record<string, string>> = {
  bearer: ' through the API',
  passkey: ' with a passkey',
}

function describeRefusal(why: string | null): string {
  switch (why) {
    case 'wrong_password':
      return 'Sign-in failed: wrong password'
    case 'disabled':
      return 'Sign-in refused: the account was disabled'
    default:
      return 'Sign-in refused'
  }
}
