// A command was called wrongly: the message says how it is called rightly.

export class UsageError extends Error {
  override name = 'UsageError'
}
