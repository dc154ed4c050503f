// Every text of the account page.

export const accountStrings = {
  intro: 'Who you are here, and which doors the keycard in this browser opens.',
  username: 'Username',
  email: 'Email',
  noEmail: 'None',
  role: 'Role',
  memberSince: 'Member since',
  doorsHeading: 'Doors this keycard opens',
  doorsText: (open: number, all: number) =>
    `${open} of ${all}. Each door is a scope of the access token.`,
  opens: 'Opens',
  closed: 'Closed',
  tokenHeading: 'Access token',
  tokenText:
    'Kept in this tab’s memory and nowhere else. It is renewed by itself while you use Keycard.',
  expiresIn: 'Expires in',
  expired: 'Expired; the next call renews it',
  cardNumber: 'Card number',
} as const
