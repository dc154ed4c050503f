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

  /** What an entry says, without its full stop. */
  entries: {
    signed_in: 'Signed in',
    sign_in_refused: 'Sign-in refused',
    sign_in_closed: 'Too many wrong passwords: only known devices and networks can sign in',
    signed_out: 'Signed out',
    session_ended: 'Session ended',
    sessions_ended: 'Signed out everywhere else',
    device_confirmed: 'You confirmed a new device',
    device_forgotten: 'You removed a known device',
    reauthenticated: 'Password confirmed for a sensitive change',
    refresh_recovered: 'A session continued after a lost reply',
    refresh_from_elsewhere: 'A session moved to another IP address',
    refresh_token_reused: 'Session ended: a copied token was used',
    registered: 'You created this account',
    profile_changed: 'Your profile was changed',
    password_changed: 'Your password was changed',
    password_reset_requested: 'A link for a new password was requested by mail',
    password_reset: 'Your password was reset by mail',
    account_deleted: 'This account was deleted',
    passkey_added: 'Passkey added',
    passkey_removed: 'Passkey removed',
    passkey_counter_back: 'A passkey may have been copied',
    data_exported: 'Your data was exported',
    audit_log_exported: 'You exported the audit log',
    user_created: 'An admin created this account',
    user_disabled: 'An admin disabled this account',
    user_enabled: 'An admin enabled this account again',
    user_unlocked: 'An admin unlocked sign-in: it works from anywhere again',
    role_changed: 'Your role was changed',
    password_set_by_admin: 'An admin set a new password for you',
  } satisfies Record<ActivityEvent, string>,

  /** The same, where more is known. */
  special: {
    signedInBy: {
      bearer: 'Signed in through the API',
      passkey: 'Signed in with a passkey',
    } as Readonly<Record<string, string>>,
    newBy: {
      bearer: 'Signed in through the API on a new device',
      passkey: 'Signed in with a passkey on a new device',
    } as Readonly<Record<string, string>>,
    newDevice: 'Signed in on a new device',
    wrongPassword: 'Sign-in failed: wrong password',
    whileDisabled: 'Sign-in refused: the account was disabled',
    leastUsedEnded: 'The least recently used session was ended: the limit is 100',
    namedEnded: (device: string) => `Session ended: ${device}`,
    oldEnded: (count: number) => `${count} old sessions were ended: the limit is 100`,
    sessionByAdmin: 'An admin ended a session',
    namedByAdmin: (device: string) => `An admin ended a session: ${device}`,
    endedByAdmin: 'An admin signed you out everywhere',
    endedByMail: 'Signed out everywhere, by the link in a mail',
    forgottenByAdmin: 'An admin removed a known device',
    profileByAdmin: 'An admin changed your profile',
    passkeyConfirmed: 'Passkey confirmed for a sensitive change',
    passkeyAdded: (name: string) => `Passkey added: ${name}`,
    passkeyRemoved: (name: string) => `Passkey removed: ${name}`,
    passkeyCopied: (name: string) => `A passkey may have been copied: ${name}`,
    roleByAdmin: (role: string) => `An admin changed your role to ${role}`,
    ownRole: (role: string) => `You changed your role to ${role}`,
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
export function describeEntry({ event, by, what, why }: ActivityEntry): string {
  const { entries, special } = activityStrings
  const byAdmin = by === 'administrator'
  switch (event) {
    case 'signed_in':
      if (why === 'new_device') return special.newBy[what ?? ''] ?? special.newDevice
      return special.signedInBy[what ?? ''] ?? entries.signed_in
    case 'sign_in_refused':
      if (why === 'wrong_password') return special.wrongPassword
      return why === 'disabled' ? special.whileDisabled : entries.sign_in_refused
    case 'session_ended':
      if (byAdmin) return what === null ? special.sessionByAdmin : special.namedByAdmin(what)
      if (why === 'session_limit') return special.leastUsedEnded
      return what === null ? entries.session_ended : special.namedEnded(what)
    case 'sessions_ended':
      if (why === 'session_limit') return special.oldEnded(Number(what))
      if (why === 'mail_link') return special.endedByMail
      return byAdmin ? special.endedByAdmin : entries.sessions_ended
    case 'reauthenticated':
      return what === 'passkey' ? special.passkeyConfirmed : entries.reauthenticated
    case 'passkey_added':
      return special.passkeyAdded(what ?? '')
    case 'passkey_removed':
      return special.passkeyRemoved(what ?? '')
    case 'passkey_counter_back':
      return special.passkeyCopied(what ?? '')
    case 'device_forgotten':
      return byAdmin ? special.forgottenByAdmin : entries.device_forgotten
    case 'profile_changed':
      return byAdmin ? special.profileByAdmin : entries.profile_changed
    case 'role_changed':
      return byAdmin ? special.roleByAdmin(what ?? '') : special.ownRole(what ?? '')
    default:
      return entries[event]
  }
}
