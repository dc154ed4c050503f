// The prerendered registration page.

import { type PageTexts, pageTexts } from '../../contract/pages/page-texts.ts'
import type { RegisterSlots } from '../../contract/pages/register-page.ts'
import { registerSlotMarks } from '../../contract/pages/register-slots.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

export type RegisterPage = PrerenderedPage<RegisterSlots>

export function createRegisterPage(
  template: string,
  texts: Pick<PageTexts, 'describeRegister'> = pageTexts,
): RegisterPage {
  return createPrerenderedPage({
    name: 'registration page',
    template,
    marks: registerSlotMarks,
    describe: texts.describeRegister,
  })
}
