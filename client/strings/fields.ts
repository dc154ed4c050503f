// What every form says about its fields when the server refuses them.

export const fieldStrings = {
  problem: (field: string, problem: string) => `${field} ${problem}.`,
  restored: 'You typed this before. It is not saved yet.',
  kept: 'Nothing you typed is lost.',
} as const
