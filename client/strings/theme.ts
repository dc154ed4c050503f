// The texts of the choice between light and dark.

import type { Theme } from '../../server/contract/theme.ts'

export const themeStrings = {
  legend: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' } satisfies Record<Theme, string>,
} as const
