// Every text around the pages. A page's own words stand beside this file, and load with the page.

export const strings = {
  productName: 'Keycard',

  /** For dates and numbers: the language of the words here. */
  locale: 'en-GB',

  roles: { user: 'User', admin: 'Admin' },

  shell: {
    skip: 'Skip to content',
    navigation: 'Main',
    accountMenu: (name: string) => `${name}, account menu`,
    accountMenuUnnamed: 'Account menu',
    signOut: 'Sign out',
    signingOut: 'Signing out…',
    signOutFailed: 'You’re still signed in: Keycard can’t be reached. Try again.',
    loading: 'Loading…',
    offline: 'You’re offline. This page stays, and goes on when you’re back.',
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

  accessDenied: {
    heading: 'Your keycard does not open this door',
    text: 'You’re signed in, but this part of Keycard is for people with another keycard.',
    needs: 'What it would take:',
    back: 'Go to your account',
  },

  notFound: {
    title: 'Page not found',
    text: 'There is no door at this address.',
    back: (title: string) => `Go to ${title}`,
  },
} as const
