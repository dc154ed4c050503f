// The registration page: the sleeve of a card that is still to be issued.

import type { RegisterView } from '../../../server/contract/pages/register-page.ts'
import { pagePaths } from '../../../server/contract/pages.ts'
import { NewPasswordField } from '../../components/forms/new-password-field.tsx'
import { TextField } from '../../components/forms/text-field.tsx'
import { registerStrings as words } from '../../strings/register.ts'
import { AuthPage } from '../auth-page/auth-page.tsx'
import { useRegister } from './use-register.ts'

export function RegisterPage({ initial }: { initial: RegisterView }) {
  const page = useRegister(initial)
  const { view } = page

  return (
    <AuthPage {...page} title={view.title} action={pagePaths.register} words={words}>
      <TextField
        id="username"
        name="username"
        label={words.labels.username}
        note={view.usernameNote}
        aria-invalid={view.usernameInvalid}
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        required
        defaultValue={view.username}
      />
      <TextField
        id="email"
        name="email"
        type="email"
        label={words.labels.email}
        note={view.emailNote}
        aria-invalid={view.emailInvalid}
        autoComplete="email"
        defaultValue={view.email}
      />
      <NewPasswordField
        id="password"
        name="password"
        label={words.labels.password}
        note={view.passwordNote}
        invalid={view.passwordInvalid}
        minimum={view.minimum}
        busy={view.state === 'busy'}
      />
    </AuthPage>
  )
}
