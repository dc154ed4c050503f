// The texts of pages that lead no further: without a scope, and without a page.

export const deadEndStrings = {
  accessDenied: {
    heading: 'You don’t have access',
    text: 'Ask an admin for this permission.',
    needs: 'Permission needed:',
    back: 'Go to your account',
  },

  notFound: {
    title: 'We couldn’t find that page',
    text: 'Check the address for a typing error.',
    back: (title: string) => `Go to ${title}`,
  },
} as const
