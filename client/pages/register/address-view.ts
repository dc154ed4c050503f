// The registration page's first view under the development server, which prerenders nothing.

import { passwordMinLengthDefault } from '../../../server/contract/credential-rules.ts'
import {
  describeRegister,
  noProblems,
  type RegisterView,
} from '../../../server/contract/pages/register-page.ts'
import { safeReturnPath } from '../../../server/contract/return-path.ts'

export function readViewFromAddress(search: string): RegisterView {
  const next = safeReturnPath(new URLSearchParams(search).get('next'))
  return describeRegister({
    state: 'idle',
    message: '',
    problems: noProblems,
    next,
    username: '',
    email: '',
    passwordMinLength: passwordMinLengthDefault,
  })
}
