// The sign-in page: a card in its sleeve, with the form on the sleeve.

import { type SignInView, signInTitles } from '../../../server/contract/pages/sign-in-page.ts'
import { pagePaths } from '../../../server/contract/pages.ts'
import { signInStrings as words } from '../../strings/sign-in.ts'
import { AuthPage } from '../auth-page/auth-page.tsx'
import { PasswordField } from './password-field.tsx'
import { useSignIn } from './use-sign-in.ts'
import { UsernameField } from './username-field.tsx'

export function SignInPage({ initial }: { initial: SignInView }) {
  const { fieldErrors, ...page } = useSignIn(initial)
  const { view } = page
  const hasFieldError = Object.values(fieldErrors).some((error) => error !== '')

  return (
    <AuthPage
      {...page}
      title={hasFieldError ? signInTitles.error : view.title}
      action={pagePaths.signIn}
      words={words}
    >
      <UsernameField error={fieldErrors.username} initial={view.username} />
      <PasswordField error={fieldErrors.password} busy={view.state === 'busy'} />
      <label className="check">
        <input type="checkbox" name="remember_me" />
        {words.rememberMe}
      </label>
      <a className="forgot" href={pagePaths.forgotPassword}>
        {words.forgot}
      </a>
    </AuthPage>
  )
}
