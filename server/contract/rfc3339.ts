// How a time is written on the wire, in an export and on the command line (RFC 3339).

/** In UTC, with milliseconds: `2026-01-31T12:00:00.000Z`. */
export function toRfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
