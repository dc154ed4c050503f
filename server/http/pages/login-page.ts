// The prerendered sign-in page.

import { type PageTexts, pageTexts } from '../../contract/pages/page-texts.ts'
import type { SignInSlots } from '../../contract/pages/sign-in-page.ts'
import { slotMarks } from '../../contract/pages/sign-in-slots.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

export type LoginPage = PrerenderedPage<SignInSlots>

interface LoginPageOptions {
  registration?: boolean
  passwordReset?: boolean
  texts?: Pick<PageTexts, 'describeSignIn'>
}

/** A word on its root lets the styles hide the link to what is off. */
export function createLoginPage(
  template: string,
  { registration = true, passwordReset = true, texts = pageTexts }: LoginPageOptions = {},
): LoginPage {
  const words = [
    ...(registration ? [] : ['data-registration="off"']),
    ...(passwordReset ? [] : ['data-reset="off"']),
  ]
  return createPrerenderedPage({
    name: 'sign-in page',
    template: template.replace('<html', ['<html', ...words].join(' ')),
    marks: slotMarks,
    describe: texts.describeSignIn,
  })
}
