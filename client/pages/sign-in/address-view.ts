// The sign-in page's first view under the development server, which prerenders nothing.

import { openingSlots } from '../../../server/contract/pages/sign-in-opening.ts'
import { describeSignIn, type SignInView } from '../../../server/contract/pages/sign-in-page.ts'
import { safeReturnPath } from '../../../server/contract/return-path.ts'

export function readViewFromAddress(search: string): SignInView {
  const parameters = new URLSearchParams(search)
  const next = safeReturnPath(parameters.get('next'))
  return describeSignIn({
    ...openingSlots(parameters.get('reason')),
    next,
    username: '',
  })
}
