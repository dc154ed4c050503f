// What the build renders once: the page of mail links, with a mark wherever the server inserts text.

import { renderToString } from 'react-dom/server'
import { mailPageMarks } from '../../../server/contract/pages/mail-page.ts'
import { MailPage } from './mail-page.tsx'

export const html = renderToString(<MailPage view={mailPageMarks} />)
export const titleMark = mailPageMarks.title
