// The sign-in page's first view: the server's slots, read back from the page it sent.

import {
  describeSignIn,
  type SignInState,
  type SignInView,
} from '../../../server/contract/pages/sign-in-page.ts'

/** Exactly what the server put there, so that hydration finds what it would have rendered. */
export function readPrerenderedView(root: Element): SignInView {
  const attributeOf = (selector: string, name: string) =>
    root.querySelector(selector)?.getAttribute(name) ?? ''
  return describeSignIn({
    state: attributeOf('.page', 'data-state') as SignInState,
    message: root.querySelector('.alert')?.textContent ?? '',
    next: attributeOf('input[name=next]', 'value'),
    // The attribute and not the value: that may be what was typed meanwhile.
    username: attributeOf('input[name=username]', 'value'),
  })
}
