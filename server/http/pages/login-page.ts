// The prerendered sign-in page.

import { describeSignIn, type SignInSlots } from '../../contract/pages/sign-in-page.ts'
import { slotMarks } from '../../contract/pages/sign-in-slots.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

export type LoginPage = PrerenderedPage<SignInSlots>

/** Where registration is off, a word on its root lets the styles hide the link to it. */
export function createLoginPage(template: string, registration = true): LoginPage {
  return createPrerenderedPage({
    name: 'sign-in page',
    template: registration ? template : template.replace('<html', '<html data-registration="off"'),
    marks: slotMarks,
    describe: describeSignIn,
  })
}
