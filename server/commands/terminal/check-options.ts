// Options of a command, checked by the schema that the API has for them.

import type { z } from 'zod'
import { UsageError } from './usage-error.ts'

/** @throws UsageError naming each option that is refused */
export function checkOptions<Schema extends z.ZodType>(
  schema: Schema,
  options: unknown,
): z.output<Schema> {
  const checked = schema.safeParse(options)
  if (checked.success) return checked.data
  throw new UsageError(checked.error.issues.map(describeIssue).join('\n'))
}

function describeIssue({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `--${path.map(String).join('.')}: ${message}`
}
