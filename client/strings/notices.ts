// Every text of the security notices, which may show above any page.

import type { NoticeKind } from '../../server/contract/account.ts'

export const noticeStrings = {
  label: 'Security notices',
  what: {
    password_changed: 'Your password was changed',
    password_set_by_admin: 'An admin set a new password for you',
    email_changed: 'Your email was changed',
    data_exported: 'A copy of your data was downloaded',
    sign_in_closed:
      'Sign-in was limited to known devices and networks after too many wrong passwords',
    new_device: 'New sign-in',
    refreshed_elsewhere: 'A session moved to another IP address',
    token_copied: 'A session was ended because a copied token was used',
  } satisfies Record<NoticeKind, string>,
  /** After one of those: on which device, from where, when. */
  place: (device: string, address: string) => `: ${device}, ${address}`,
  device: (device: string) => `: ${device}`,
  address: (address: string) => `: ${address}`,
  more: (count: number) => `${count} more in Activity`,
  notYou: 'Not you?',
  changePassword: 'Change your password',
  and: 'and',
  lookAtSessions: 'check your sessions',
  dismiss: 'Dismiss',
  wasMe: 'It was me',
} as const
