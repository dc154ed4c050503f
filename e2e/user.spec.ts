// The page of one user: found by keyboard, changed, signed out, unlocked, and deleted.

import type { Page } from 'playwright/test'
import type { AllServices } from '../server/services.ts'
import { expect, type TestUser, test } from './support/fixtures.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

const phone = { address: '203.0.113.24', userAgent: 'curl/8.5.0' }

function signInOn({ passwordGrant, clients }: AllServices, { username, password }: TestUser) {
  const request = { username, password, scope: undefined, transport: 'bearer' as const }
  return passwordGrant({ ...request, client: clients.web, device: phone })
}

const isLive = async (
  { sessions }: AllServices,
  { tokens }: Awaited<ReturnType<typeof signInOn>>,
) => sessions.isLive(tokens.refresh_token ?? '')

const rowOf = (page: Page, list: string) =>
  page.getByRole('list', { name: list }).getByRole('listitem')

test('a user is found and opened by keyboard, and their sessions end one by one and all at once', async ({
  page,
  signIn,
  makeUser,
  server,
}) => {
  const { services } = server
  const user = await makeUser()
  const started = [await signInOn(services, user), await signInOn(services, user)]
  await signIn(page, 'admin')
  await page.goto('/users')
  const search = page.getByRole('searchbox')
  await search.fill(user.username)
  await expect(page.getByRole('rowheader')).toHaveCount(1)
  await search.press('ArrowDown')
  const link = page.getByRole('link', { name: user.username })
  await expect(link).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(search).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`/users/${user.id}`)
  await expect(page.getByRole('heading', { level: 1, name: user.username })).toBeFocused()

  await expect(rowOf(page, 'Sessions')).toHaveCount(2)
  await rowOf(page, 'Sessions').first().getByRole('button').click()
  await expect(page.getByRole('heading', { name: 'Sessions (1)' })).toBeFocused()
  await expect(page.getByText(/^Session ended: /)).toBeVisible()
  const lives = await Promise.all(started.map((one) => isLive(services, one)))
  expect(lives.toSorted()).toEqual([false, true])
  await page.getByRole('button', { name: 'End all sessions' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End 1 session' }).click()
  await expect(page.getByText('Not signed in anywhere.')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Activity' })).toContainText('Sessions ended')
})

test('a user’s profile is changed as their own page has it, and a taken address is said beside its field', async ({
  page,
  signIn,
  makeUser,
  server,
}) => {
  const user = await makeUser()
  const email = `${user.username}@example.com`
  await signIn(page, 'admin')
  await page.goto(`/users/${user.id}`)
  await page.getByLabel('Full name').fill('Grace Hopper')
  await page.getByLabel('Email').fill('johndoe@example.com')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription(/is taken/)
  await page.getByLabel('Email').fill(email)
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Grace Hopper' })).toBeVisible()
  expect(await server.services.users.findById(user.id)).toMatchObject({
    fullName: 'Grace Hopper',
    email,
  })
})

test('wrong passwords are shown with what they close, and unlocking forgets them', async ({
  page,
  signIn,
  makeUser,
  server,
}) => {
  const user = await makeUser()
  for (let time = 0; time < 6; time += 1) {
    await signInOn(server.services, { ...user, password: 'not the password' }).catch(() => {})
  }
  await signIn(page, 'admin')
  await page.goto(`/users/${user.id}`)
  await expect(page.getByText(/5 wrong passwords/)).toBeVisible()
  await page.getByRole('button', { name: 'Unlock sign-in' }).click()
  await expect(page.getByText('No wrong passwords. Sign-in is open.')).toBeVisible()
})

test('a user is deleted once what is lost has been read, and their page says that they are gone', async ({
  page,
  signIn,
  makeUser,
}) => {
  const user = await makeUser()
  const admin = await makeUser({ role: 'admin' })
  await signIn(page, admin)
  await page.goto(`/users/${user.id}`)
  await page.getByRole('button', { name: 'Delete user…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('everything they created')
  await dialog.getByRole('button', { name: 'Delete user' }).click()
  await expect(page).toHaveURL('/users')
  await page.goto(`/users/${user.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This user doesn’t exist')
  await page.goto(`/users/${admin.id}`)
  await expect(page.getByText('This is you.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Delete user…' })).toBeHidden()
})
