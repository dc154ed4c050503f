// The texts of pages that lead no further: without a scope, and without a page.

import { cardWord, productName } from '../../server/contract/brand.ts'

export const deadEndStrings = {
  accessDenied: {
    heading: `Your ${cardWord} does not open this door`,
    text: `You’re signed in, but this part of ${productName} is for people with another ${cardWord}.`,
    needs: 'What it would take:',
    back: 'Go to your account',
  },

  notFound: {
    title: 'We couldn’t find that page',
    text: 'Check the address for a typing error.',
    back: (title: string) => `Go to ${title}`,
  },
} as const
