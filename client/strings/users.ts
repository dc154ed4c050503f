// Every text of the admin's page of users.

export const usersStrings = {
  intro: 'Everybody who has an account here, by username.',
  caption: (total: number) => (total === 1 ? '1 user' : `${total} users`),
  name: 'Name',
  role: 'Role',
  state: 'State',
  joined: 'Joined',
  active: 'Active',
  disabled: 'Disabled',
  paging: 'Pages',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  previous: 'Previous',
  next: 'Next',
  noSuchPage: (page: number) => `There is no page ${page}`,
  noSuchPageText: 'The list is shorter than that.',
  firstPage: 'Go to the first page',
} as const
