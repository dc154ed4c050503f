// Every text of every mail: one function a message, its values by name.

import { productName } from '../../contract/brand.ts'

/** A mail before its layout: plain text only, and never a header from a person's input. */
export interface MailText {
  subject: string
  heading: string
  paragraphs: readonly string[]
  /** What happened, a line each. */
  facts: readonly { label: string; value: string }[]
  /** Above the button: what it is for. */
  question: string
  button: { label: string; url: string } | null
  /** Small print at the end. */
  footnote: string
}

/** When, by whom and where; a value that is not known is left out. */
export interface Happening {
  username: string
  at: string
  device: string | null
  address: string | null
}

/** With the link of "Not you?": it ends all sessions, and starts a reset. */
interface NoticeValues extends Happening {
  url: string
}

const footnotes = {
  account: (username: string) =>
    `You get this mail because the ${productName} account ${username} has this address.`,
}

const notYou = {
  question: 'Not you? This link signs every device out, and sends a link for a new password.',
  label: 'It wasn’t me',
}

export const mailTexts = {
  resetPassword: ({
    username,
    url,
    minutes,
  }: {
    username: string
    url: string
    minutes: number
  }): MailText => ({
    subject: `Choose a new ${productName} password`,
    heading: 'Choose a new password',
    paragraphs: [
      `Somebody asked for a new password for the account ${username}.`,
      'Was it not you? Then do nothing: the password stays as it is.',
    ],
    facts: [],
    question: `The link works once, for ${minutes} minutes.`,
    button: { label: 'Choose a new password', url },
    footnote: footnotes.account(username),
  }),

  newDevice: (values: NoticeValues): MailText => ({
    ...describeNotice(values),
    subject: `A new device signed in to ${productName}`,
    heading: 'A new device signed in',
    paragraphs: [`The account ${values.username} was signed in to on a device it did not know.`],
  }),

  passwordChanged: (values: NoticeValues): MailText => ({
    ...describeNotice(values),
    subject: `Your ${productName} password was changed`,
    heading: 'Your password was changed',
    paragraphs: [`The account ${values.username} has a new password.`],
  }),

  passwordSetByAdmin: (values: NoticeValues): MailText => ({
    ...describeNotice(values),
    subject: `Your ${productName} password was set by an administrator`,
    heading: 'An administrator set your password',
    paragraphs: [
      `The account ${values.username} has a new password, and every device is signed out.`,
    ],
  }),

  /** Goes to the old address. */
  addressChanged: (values: NoticeValues): MailText => ({
    ...describeNotice(values),
    subject: `Your ${productName} address was changed`,
    heading: 'Your address was changed',
    paragraphs: [`The account ${values.username} no longer uses this email address.`],
  }),

  signInClosed: (values: NoticeValues): MailText => ({
    ...describeNotice(values),
    subject: `Sign-in to your ${productName} account is closed`,
    heading: 'Too many wrong passwords',
    paragraphs: [
      `After too many wrong passwords, only devices and places that the account ${values.username} knows can sign in to it.`,
    ],
    question: 'With a new password you can sign in from anywhere again.',
    button: { label: 'Choose a new password', url: values.url },
  }),

  accountDeleted: (values: Happening): MailText => ({
    ...describeNotice({ ...values, url: '' }),
    subject: `Your ${productName} account is deleted`,
    heading: 'Your account is deleted',
    paragraphs: [
      `The account ${values.username} and all that belonged to it are deleted. This is the last mail.`,
    ],
    question: 'Not you? Ask the people who run this service at once.',
    button: null,
    footnote: `You get this mail because the ${productName} account ${values.username} had this address.`,
  }),

  /** `npm run keycard -- mail test`. */
  test: ({ url }: { url: string }): MailText => ({
    subject: `A test mail from ${productName}`,
    heading: 'Mail works',
    paragraphs: [`This is a test: ${productName} at ${url} can send mail.`],
    facts: [],
    question: '',
    button: { label: `Go to ${productName}`, url },
    footnote: 'You get this mail because an operator asked for it.',
  }),
}

const factLabels = { at: 'When', device: 'Device', address: 'IP address' } as const

function describeNotice({ username, at, device, address, url }: NoticeValues) {
  const facts = [
    { label: factLabels.at, value: at },
    { label: factLabels.device, value: device },
    { label: factLabels.address, value: address },
  ]
  return {
    facts: facts.flatMap(({ label, value }) => (value === null ? [] : [{ label, value }])),
    question: notYou.question,
    button: { label: notYou.label, url },
    footnote: footnotes.account(username),
  }
}

/** "1 December 2026 at 03:04 UTC" */
export function formatInstant(atMs: number): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return `${format.format(atMs)} UTC`
}
