// The prerendered sign-in page.

import { describeSignIn, type SignInSlots } from '../../contract/pages/sign-in-page.ts'
import { slotMarks } from '../../contract/pages/sign-in-slots.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

export type LoginPage = PrerenderedPage<SignInSlots>

interface LoginPageLinks {
  registration: boolean
  passwordReset: boolean
}

/** A word on its root lets the styles hide the link to what is off. */
export function createLoginPage(template: string, links?: LoginPageLinks): LoginPage {
  const { registration = true, passwordReset = true } = links ?? {}
  const words = [
    ...(registration ? [] : ['data-registration="off"']),
    ...(passwordReset ? [] : ['data-reset="off"']),
  ]
  return createPrerenderedPage({
    name: 'sign-in page',
    template: template.replace('<html', ['<html', ...words].join(' ')),
    marks: slotMarks,
    describe: describeSignIn,
  })
}
