// The page after signing in without scripts, in the form of the page of a refusal.

import { productName } from '../../contract/brand.ts'
import { refusalMarks } from '../../contract/pages/refusal-page.ts'
import { homePath, pagePaths } from '../../contract/pages.ts'
import { createPrerenderedPage, type PrerenderedPage } from '../html/prerendered-page.ts'

interface SignedInUser {
  username: string
  fullName: string | null
  email: string | null
}

export type NoScriptPage = PrerenderedPage<SignedInUser>

export function createNoScriptPage(template: string): NoScriptPage {
  return createPrerenderedPage({
    name: 'page without scripts',
    template,
    marks: refusalMarks,
    describe: ({ username, fullName, email }) => ({
      title: `Signed in · ${productName}`,
      state: 'granted',
      status: 'Signed in',
      heading: fullName ?? username,
      message: `You are signed in as ${email ?? username}. ${productName} needs JavaScript for everything but signing in and out: turn it on for this site, and try again.`,
      button: 'shown',
      action: pagePaths.signOut,
      actionLabel: 'Sign out',
      actionNote: '',
      wayOut: homePath,
      wayOutWords: 'Try again',
    }),
  })
}
