// Every text around the field of a password, old or new.

export const passwordStrings = {
  show: 'Show',
  showPassword: 'Show password',
  capsLock: 'Caps Lock is on.',
  /** How much is missing from the minimum length, while it is typed. */
  typed: (count: number, minimum: number) =>
    count < minimum ? `${count} of ${minimum}` : `${count} characters`,
} as const
