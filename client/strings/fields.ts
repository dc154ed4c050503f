// What every form says of its fields when the server refuses them.

export const fieldStrings = {
  problem: (field: string, problem: string) => `${field} ${problem}.`,
  kept: 'Nothing you typed is lost.',
} as const
