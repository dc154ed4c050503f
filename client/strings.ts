// Every text a person can read in the app, by page. Change or translate the words here.
// The sign-in page's stand in sign-in-strings.ts: an entry as small as that carries no others.

export const strings = {
  productName: 'Keycard',

  /** Of dates and numbers: the language the words here are in. */
  locale: 'en-GB',

  shell: {
    skip: 'Skip to content',
    navigation: 'Main',
    accountMenu: (name: string) => `${name}, account menu`,
    accountMenuUnnamed: 'Account menu',
    signOut: 'Sign out',
    signingOut: 'Signing out…',
    signOutFailed: 'You’re still signed in: Keycard can’t be reached. Try again.',
    loading: 'Loading…',
    pageTitle: (title: string) => `${title} · Keycard`,
  },

  failure: {
    offline: 'Keycard can’t be reached. Check your connection and try again.',
    busy: 'Keycard is very busy right now. Try again in a moment.',
    fault: 'Something broke on our side, not yours. Try again in a moment.',
    retry: 'Try again',
    loadHeading: 'This didn’t load',
    pageHeading: 'This page didn’t load',
    pageText: 'Keycard may have been updated or your connection was lost. Reload to go on.',
    reload: 'Reload',
  },

  closedDoor: {
    heading: 'Your keycard does not open this door',
    text: 'You’re signed in, but this part of Keycard is for people with another keycard.',
    needs: 'What it would take:',
    back: 'Go to your account',
  },

  notFound: {
    title: 'Page not found',
    text: 'There is no door at this address.',
    back: 'Go to your items',
  },

  items: {
    intro: 'Your own list. Nobody else sees it, and every change goes through a door of its own.',
    listName: 'Your items',
    add: 'New item',
    addHeading: 'New item',
    title: 'Title',
    titleMissing: 'Enter a title.',
    description: 'Description',
    optional: '(optional)',
    fieldProblem: (field: string, problem: string) => `${field} ${problem}.`,
    create: 'Add item',
    save: 'Save changes',
    saving: 'Saving…',
    cancel: 'Cancel',
    edit: 'Edit',
    editNamed: (title: string) => `Edit ${title}`,
    editHeading: (title: string) => `Edit ${title}`,
    delete: 'Delete',
    deleteNamed: (title: string) => `Delete ${title}`,
    changed: 'Changed',
    added: 'Added',
    more: 'Show more',
    loadingMore: 'Loading…',
    moreFailed: 'The next items didn’t load.',
    emptyHeading: 'Nothing here yet',
    emptyText: 'Items you add appear here, newest first.',
    emptyReadOnly: 'Items appear here once they are added.',
    readOnly: 'This keycard opens your items for reading only.',
    deleteHeading: 'Delete this item?',
    deleteText: 'It can’t be brought back.',
    keep: 'Keep it',
    kept: 'Nothing you typed is lost.',
    gone: 'This item was deleted meanwhile. Copy your text into a new item to keep it.',
    wasAdded: (title: string) => `Added ${title}.`,
    wasSaved: (title: string) => `Saved ${title}.`,
    wasDeleted: (title: string) => `Deleted ${title}.`,
    deleteFailed: (title: string, reason: string) =>
      `${title} was not deleted, and is back in the list. ${reason}`,
  },

  account: {
    intro: 'Who you are here, and which doors the keycard in this browser opens.',
    username: 'Username',
    email: 'Email',
    noEmail: 'None',
    role: 'Role',
    roles: { user: 'User', admin: 'Admin' },
    memberSince: 'Member since',
    doorsHeading: 'Doors this keycard opens',
    doorsText: (open: number, all: number) =>
      `${open} of ${all}. Each door is a scope of the access token.`,
    opens: 'Opens',
    closed: 'Closed',
    tokenHeading: 'Access token',
    tokenText:
      'Kept in this tab’s memory and nowhere else. It is renewed by itself while you use Keycard.',
    expiresIn: 'Expires in',
    expired: 'Expired; the next call renews it',
    cardNumber: 'Card number',
  },

  users: {
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
  },
} as const
