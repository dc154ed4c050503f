// What the build renders once: the sign-in page, with a mark wherever the server inserts text.

import { renderToString } from 'react-dom/server'
import { slotMarks } from '../../../server/contract/pages/sign-in-slots.ts'
import { SignInPage } from './sign-in-page.tsx'

export const html = renderToString(<SignInPage initial={slotMarks} />)
export const titleMark = slotMarks.title
