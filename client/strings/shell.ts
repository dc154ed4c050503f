// Every text around the pages. A page's own words stand beside this file, and load with the page.

import { productName } from '../../server/contract/brand.ts'

export const strings = {
  productName,

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
    signOutFailed: `You’re still signed in: ${productName} can’t be reached. Try again.`,
    loading: 'Loading…',
    offline: 'You’re offline. This page continues when you’re back online.',
    pageTitle: (title: string) => `${title} · ${productName}`,
  },

  failure: {
    offline: `${productName} can’t be reached. Check your connection and try again.`,
    busy: `${productName} is very busy right now. Try again in a moment.`,
    fault: 'Something broke on our side, not yours. Try again in a moment.',
    retry: 'Try again',
    loadHeading: 'This didn’t load',
    pageHeading: 'This page didn’t load',
    pageText: `${productName} may have been updated or your connection was lost. Reload to continue.`,
    reload: 'Reload',
  },
} as const
