// The scopes and the page of items. Copy this folder to add a feature of your own.

import type { Feature } from '../feature.ts'

export const items = {
  title: 'Items',
  scopes: {
    'items:read': 'See your items.',
    'items:write': 'Create, change and delete your items.',
  },
  pages: {
    items: { path: '/items', title: 'Items', scope: 'items:read' },
  },
} as const satisfies Feature
