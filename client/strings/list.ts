// The words below a list that comes page by page.

export const listStrings = {
  more: 'Show more',
  loadingMore: 'Loading…',
} as const
