// The activity page: the user's own sign-in history, in order and page by page.

import { productName } from '../server/contract/brand.ts'
import { operator } from '../server/testing/operator.ts'
import { expect, test } from './support/fixtures.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

test('R114: what happened to the account is listed in words, newest first', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  // An earlier test may have moved the server's clock past midnight.
  await page.clock.install({ time: server.clock.now() })
  await page.goto('/login')
  await page.getByLabel('Username or email').fill(freshUser.username)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('Incorrect username, email')
  const { userAdministration } = server.services
  await userAdministration.disable(freshUser.id, operator)
  await userAdministration.enable(freshUser.id, operator)
  await signIn(page, freshUser)
  await page.goto('/activity')

  const today = page.getByRole('list', { name: 'Activity, Today' }).getByRole('listitem')
  await expect(today).toHaveCount(4)
  await expect(today.nth(0)).toContainText('OK')
  await expect(today.nth(0)).toContainText('Signed in')
  await expect(today.nth(0)).toContainText('This session')
  await expect(today.nth(0)).toContainText(/Chrome on \w+ · (127\.0\.0\.1|::1)/)
  await expect(today.nth(0).getByRole('time').last()).toHaveAttribute(
    'title',
    /\d{4} at \d\d:\d\d$/,
  )
  await expect(today.nth(1)).toContainText('An admin enabled this account again')
  await expect(today.nth(2)).toContainText('An admin disabled this account')
  await expect(today.nth(3)).toContainText('Denied')
  await expect(today.nth(3)).toContainText('Sign-in failed: wrong password')
  await expect(page.getByRole('main')).not.toContainText('operator')
})

test('a long history comes page by page, each entry once, and a failure can be tried again', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  for (let number = 0; number < 29; number += 1) {
    await server.services.auditLog.record('signed_out', { userId: freshUser.id })
  }
  await page.route('**/trpc/activity.list*', (route) => route.abort())
  await signIn(page, freshUser)
  await page.goto('/activity')
  await expect(page.getByText(`${productName} can’t be reached.`)).toBeVisible()
  await page.unroute('**/trpc/activity.list*')
  await page.getByRole('button', { name: 'Try again' }).click()

  const entries = page.getByRole('listitem')
  await expect(entries).toHaveCount(20)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(entries).toHaveCount(30)
  await expect(page.getByRole('button', { name: 'Show more' })).toBeHidden()
  await expect(entries.nth(20)).toBeFocused()
  await expect(page.getByText('30 entries shown.')).toBeAttached()
})
