// An admin reads the audit log: narrows it, opens an entry, and takes the entries as a file.

import { readFile } from 'node:fs/promises'
import { expect, test } from './support/fixtures.ts'

test('R114: the log is narrowed to a user, an entry shows all of it, and the file has the same', async ({
  page,
  makeUser,
  loginAs,
  server,
}) => {
  const user = await makeUser()
  await loginAs(page, 'admin')
  await page.goto('/users')
  await page.getByRole('link', { name: 'See what happened' }).click()
  const entries = page.getByRole('list', { name: 'Entries' }).getByRole('listitem')
  await expect(entries.first()).toBeVisible()

  await page.getByLabel('User').fill(user.username)
  await expect(page).toHaveURL(`/audit?user=${user.username}`)
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible()
  expect(
    (
      await page.request.post(`${server.url}/token`, {
        form: { username: user.username, password: 'a wrong password' },
      })
    ).status(),
  ).toBe(401)
  await page.getByRole('link', { name: 'Clear filters' }).click()
  await page.getByLabel('Event').selectOption('Sign-in refused')
  await page.getByLabel('User').fill(user.username)
  await expect(page).toHaveURL(/user=.*&event=sign_in_refused$/)
  await expect(entries).toHaveCount(1)

  await entries.locator('summary').click()
  await expect(entries.getByText('wrong_password')).toBeVisible()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const file = await downloading
  expect(file.suggestedFilename()).toBe('audit.csv')
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain(`sign_in_refused,${user.username},`)

  await page.reload()
  await expect(entries).toHaveCount(1)
  await entries.locator('summary').click()
  await entries.getByRole('link', { name: 'Show only this address' }).click()
  await expect(page).toHaveURL(/user=.*&event=sign_in_refused&address=127\.0\.0\.1/)
})
