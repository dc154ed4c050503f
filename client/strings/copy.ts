// The texts of a button that copies.

export const copyStrings = {
  idle: 'Copy',
  copied: 'Copied',
  refused: 'Select and copy it',
} as const
