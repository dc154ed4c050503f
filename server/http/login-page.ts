// The prerendered sign-in page.

import { describeSignIn, type SignInSlots } from '../contract/sign-in-page.ts'
import { slotMarks } from '../contract/sign-in-slots.ts'
import { createPrerenderedPage, type PrerenderedPage } from './prerendered-page.ts'

export type LoginPage = PrerenderedPage<SignInSlots>

export function createLoginPage(template: string): LoginPage {
  return createPrerenderedPage({
    name: 'sign-in page',
    template,
    marks: slotMarks,
    describe: describeSignIn,
  })
}
