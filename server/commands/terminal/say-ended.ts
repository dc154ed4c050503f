// The number of ended sessions, as a sentence.

export function sayEnded(count: number): string {
  if (count === 0) return 'No session was open.'
  return count === 1 ? '1 session has ended.' : `${count} sessions have ended.`
}
