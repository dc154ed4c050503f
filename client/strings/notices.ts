// Every text of the security notices, which may show above any page.

import type { NoticeKind } from '../../server/contract/account.ts'

export const noticeStrings = {
  label: 'Security notices',
  what: {
    password_changed: 'Your password was changed',
    password_set_by_admin: 'An admin set a new password for you',
    email_changed: 'The email address of your account was changed',
    data_exported: 'A copy of your data was downloaded',
    sign_in_closed:
      'After too many wrong passwords only known devices and places can sign in to your account',
    new_device: 'New sign-in',
    refreshed_elsewhere: 'One of your sessions moved to another address',
    token_copied: 'One of your sessions was ended because a copy of it was used',
  } satisfies Record<NoticeKind, string>,
  /** After one of those: on which device, from where, when. */
  place: (device: string, address: string) => ` with ${device} from ${address}`,
  device: (device: string) => ` with ${device}`,
  address: (address: string) => ` from ${address}`,
  more: (count: number) => `${count} more in Activity`,
  notYou: 'Not you?',
  changePassword: 'Change your password',
  and: 'and',
  lookAtSessions: 'look at your sessions',
  dismiss: 'Understood',
} as const
