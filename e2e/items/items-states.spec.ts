// The page of items in each of its states.

import { expect } from '../support/fixtures.ts'
import { checkPageStates } from '../support/pages/check-page-states.ts'

const data = { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'items.list' }
const fault = [{ error: { message: 'Something went wrong on our side', code: -32603, data } }]

checkPageStates({
  'Items, empty': {
    role: 'user',
    async open(page) {
      await page.goto('/items')
      await expect(page.getByText('Nothing here yet')).toBeVisible()
    },
  },
  'Items, with a form and its error': {
    role: 'user',
    async open(page) {
      await page.goto('/items')
      await page.getByRole('button', { name: 'New item' }).click()
      await page.getByRole('button', { name: 'Add item' }).click()
      await expect(page.getByText('Enter a title.')).toBeVisible()
      await expect(page.getByText('Nothing here yet')).toBeHidden()
    },
  },
  'Items, a list with one being edited': {
    role: 'user',
    async open(page, user, { items }) {
      await items.create(user.id, { title: 'a'.repeat(200), description: '' })
      await items.create(user.id, { title: 'Milk', description: 'Two litres' })
      await page.goto('/items')
      await page.getByRole('button', { name: 'Edit Milk' }).click()
    },
  },
  'Items, one deleted': {
    role: 'user',
    async open(page, user, { items }) {
      await items.create(user.id, { title: 'Milk', description: '' })
      await page.goto('/items')
      await page.getByRole('button', { name: 'Delete Milk' }).click()
      await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
    },
  },
  'Items, on their way': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/items.list*', () => {})
      await page.goto('/items')
      await expect(page.locator('.skeleton')).toHaveCSS('opacity', '1')
    },
  },
  'Items, not loaded': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/items.list*', (route) =>
        route.fulfill({ status: 500, json: fault }),
      )
      await page.goto('/items')
      await expect(page.getByText('This didn’t load')).toBeVisible()
    },
  },
})
