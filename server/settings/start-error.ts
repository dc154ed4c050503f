// The error for a start that cannot continue: one public sentence that says what to do.

/** `message` is printed as it is, before exit code 1; it never holds a password or a key. */
export class StartError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StartError'
  }
}
