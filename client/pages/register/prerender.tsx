// What the build renders once: the registration page, with a mark wherever the server inserts text.

import { renderToString } from 'react-dom/server'
import { registerSlotMarks } from '../../../server/contract/pages/register-slots.ts'
import { RegisterPage } from './register-page.tsx'

export const html = renderToString(<RegisterPage initial={registerSlotMarks} />)
export const titleMark = registerSlotMarks.title
