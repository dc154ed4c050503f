// The prerendered page of mail links and of a forgotten password.

import { productName } from '../../contract/brand.ts'
import {
  type MailPageView,
  mailPageMarks,
  mailPageMessages as words,
} from '../../contract/pages/mail-page.ts'
import { registerMessages } from '../../contract/pages/register-page.ts'
import { mailboxPath, pagePaths } from '../../contract/pages.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

/** What differs from the page without a form. */
export type MailPageSlots = Pick<MailPageView, 'heading' | 'message'> & Partial<MailPageView>

export type MailPage = PrerenderedPage<MailPageSlots>

export function createMailPage(template: string): MailPage {
  return createPrerenderedPage({
    name: 'page of mail links',
    template,
    marks: mailPageMarks,
    describe: (slots) => {
      const title = `${slots.heading} · ${productName}`
      return {
        ...bare,
        ...slots,
        title: slots.invalid === 'true' ? `Error: ${title}` : title,
      }
    },
  })
}

const bare: Omit<MailPageView, 'title' | 'heading' | 'message'> = {
  light: 'Ready',
  state: 'idle',
  form: 'none',
  note: '',
  invalid: 'false',
  username: '',
  // Of a form that is not shown: a button has to have a name.
  submit: words.askSubmit,
  wayOut: pagePaths.signIn,
  wayOutWords: words.toSignIn,
}

/** The form for a name; `problem` says what is wrong with the one that was sent. */
export function describeAsking(username = '', problem = ''): MailPageSlots {
  return {
    heading: words.askHeading,
    message: words.ask,
    form: 'ask',
    submit: words.askSubmit,
    username,
    ...describeProblem(problem),
  }
}

export function describeChoosing(username: string, minimum: number, problem = ''): MailPageSlots {
  return {
    heading: words.chooseHeading,
    message: words.choose(username),
    form: 'choose',
    submit: words.chooseSubmit,
    username,
    note: registerMessages.passwordRule(minimum),
    ...describeProblem(problem),
  }
}

export function describeSecuring(username: string): MailPageSlots {
  return {
    heading: words.secureHeading,
    message: words.secure(username),
    form: 'confirm',
    submit: words.secureSubmit,
  }
}

/** @param hasMailbox where mails land on a page of ours, the way out leads there */
export function describeSent(hasMailbox: boolean): MailPageSlots {
  const toMailbox = { wayOut: mailboxPath, wayOutWords: words.toMailbox }
  return { heading: words.sentHeading, message: words.sent, ...(hasMailbox && toMailbox) }
}

export const securedSlots: MailPageSlots = {
  heading: words.securedHeading,
  message: words.secured,
  light: 'Locked',
}

export const goneSlots: MailPageSlots = {
  heading: words.goneHeading,
  message: words.gone,
  state: 'error',
  light: 'Denied',
  wayOut: pagePaths.forgotPassword,
  wayOutWords: words.toAskAgain,
}

export const offSlots: MailPageSlots = { heading: words.offHeading, message: words.off }

/** A sentence that is not about a field; the way out leads to a fresh page. */
export function describeFault(message: string): MailPageSlots {
  return { heading: words.refusedHeading, message, state: 'error', light: 'Denied' }
}

function describeProblem(problem: string): Partial<MailPageView> {
  if (problem === '') return {}
  return { note: problem, invalid: 'true', state: 'error', light: 'Denied' }
}
