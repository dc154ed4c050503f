// What every form says about its fields when the server refuses them.

export const fieldStrings = {
  problem: (field: string, problem: string) => `${field} ${problem}.`,
  kept: 'Nothing you typed is lost.',
} as const
