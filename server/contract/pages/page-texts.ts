// What the server writes into the pages before the app. The build makes one of it for each language.

import { noScriptWords, refusalTexts } from './refusal-page.ts'
import { describeRegister, registerMessages, sayProblems } from './register-page.ts'
import { openingMessages, openingSlots } from './sign-in-opening.ts'
import { describeSignIn, describeThrottle, signInMessages } from './sign-in-page.ts'

export const pageTexts = {
  describeSignIn,
  describeThrottle,
  signInMessages,
  openingMessages,
  openingSlots,
  describeRegister,
  registerMessages,
  sayProblems,
  refusal: refusalTexts,
  noScript: noScriptWords,
}

export type PageTexts = typeof pageTexts
