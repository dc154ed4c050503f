// What the build renders once: the page of a refusal, with a mark wherever the server inserts text.

import { renderToString } from 'react-dom/server'
import { refusalMarks } from '../../../server/contract/pages/refusal-page.ts'
import { RefusalPage } from './refusal-page.tsx'

export const html = renderToString(<RefusalPage view={refusalMarks} />)
export const titleMark = refusalMarks.title
