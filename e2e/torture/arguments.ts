// The arguments after a torture's name: how many rounds, and whether its control is meant.

export interface TortureArguments {
  count: number
  /** The protection is removed, or the outcome is forged: the check has to notice. */
  control: boolean
}

/** `40 --control`; `usual` where no number is named. */
export function readArguments(args: readonly string[], usual: number): TortureArguments {
  const number = args.find((arg) => /^\d+$/.test(arg))
  return { count: Number(number ?? usual), control: args.includes('--control') }
}
