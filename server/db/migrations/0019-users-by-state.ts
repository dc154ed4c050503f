// An index for the list of users narrowed by state; that by role is the one it is sorted by.

import type { Migration } from './migration.ts'

export const usersByState: Migration = {
  async up({ schema }) {
    await schema
      .createIndex('users_disabled_username_key')
      .on('users')
      .columns(['disabled', 'username_key'])
      .execute()
  },
}
