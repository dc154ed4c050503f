// The dialog that asks for the password before a sensitive change, as a test finds it.

import type { Page } from 'playwright/test'

export function proveDialog(page: Page) {
  const root = page.getByRole('dialog', { name: 'Confirm it’s you' })
  return { root, password: root.getByLabel('Your password') }
}
