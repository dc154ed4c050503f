// A file that a procedure writes as it is read, for REST: what the answer is, and its text in parts.

import { z } from 'zod'

export interface TextFile {
  /** `audit.csv`. */
  name: string
  /** `text/csv`. In UTF-8. */
  mediaType: string
  text: AsyncIterable<string>
}

/** Its JSON Schema is that of any text. */
export const textFileSchema = z
  .custom<TextFile>((value) => typeof value === 'object' && value !== null && 'text' in value)
  .meta({ type: 'string' })
