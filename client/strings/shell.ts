// Every text around the pages. A page's own words stand beside this file, and load with the page.

import { productName } from '../../server/contract/brand.ts'

export const strings = {
  productName,

  /** For dates and numbers. */
  locale: findLocale(),

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
    offline: 'You’re offline. This page continues once you’re back.',
    pageTitle: (title: string) => `${title} · ${productName}`,
  },

  failure: {
    offline: `${productName} can’t be reached. Check your connection and try again.`,
    busy: `${productName} is very busy right now. Try again in a moment.`,
    fault: 'Something broke on our side, not yours. Try again in a moment.',
    retry: 'Try again',
    loadHeading: 'This didn’t load',
    pageHeading: 'This page didn’t load',
    pageText: `${productName} was updated, or your connection was lost. Reload the page.`,
    reload: 'Reload',
  },
} as const

/** As the browser writes the language of the page: Americans see American dates in English. */
function findLocale(): string {
  const lang = globalThis.document?.documentElement.lang
  return lang ? (navigator.languages.find((tag) => tag.startsWith(lang)) ?? lang) : 'en-GB'
}
