// The page after signing in without scripts, in the form of the page of a refusal.

import type { PageTexts } from '../../contract/pages/page-texts.ts'
import { refusalMarks } from '../../contract/pages/refusal-page.ts'
import { homePath, pagePaths } from '../../contract/pages.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

interface SignedInUser {
  username: string
  fullName: string | null
  email: string | null
}

export type NoScriptPage = PrerenderedPage<SignedInUser>

export function createNoScriptPage(template: string, words: PageTexts['noScript']): NoScriptPage {
  return createPrerenderedPage({
    name: 'page without scripts',
    template,
    marks: refusalMarks,
    describe: ({ username, fullName, email }) => ({
      title: words.title,
      state: 'granted',
      status: words.status,
      heading: fullName ?? username,
      message: words.message(email ?? username),
      button: 'shown',
      action: pagePaths.signOut,
      actionLabel: words.signOut,
      actionNote: '',
      wayOut: homePath,
      wayOutWords: words.again,
    }),
  })
}
