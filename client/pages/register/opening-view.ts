// What the registration page opens with: the server's slots, read back from the page it sent.

import {
  describeRegister,
  type RegisterField,
  type RegisterState,
  type RegisterView,
} from '../../../server/contract/pages/register-page.ts'

/** Exactly what the server put there, so that hydration finds what it would have rendered. */
export function readPrerenderedView(root: Element): RegisterView {
  const attributeOf = (selector: string, name: string) =>
    root.querySelector(selector)?.getAttribute(name) ?? ''
  const textOf = (selector: string) => root.querySelector(selector)?.textContent ?? ''
  const problemOf = (field: RegisterField) =>
    attributeOf(`#${field}`, 'aria-invalid') === 'true' ? textOf(`#${field}-note`) : ''
  return describeRegister({
    state: attributeOf('.page', 'data-state') as RegisterState,
    message: textOf('.alert'),
    problems: {
      username: problemOf('username'),
      email: problemOf('email'),
      password: problemOf('password'),
    },
    next: attributeOf('input[name=next]', 'value'),
    // The attributes and not the values: those may be what was typed meanwhile.
    username: attributeOf('#username', 'value'),
    email: attributeOf('#email', 'value'),
    passwordMinLength: Number(attributeOf('.page', 'data-minimum')),
  })
}
