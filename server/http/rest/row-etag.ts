// The version of a row in HTTP's words: the ETag of an answer, the If-Match of a change (RFC 9110 §13.1.1).

import type { IncomingHttpHeaders } from 'node:http'

export interface Versioned {
  version: number
}

export function toEtag({ version }: Versioned): string {
  return `"${version}"`
}

/** A proxy that compresses an answer makes its tag a weak one: the version is the same. */
const etag = /^(?:W\/)?"(\d{1,9})"$/

/** Nothing where there is no condition, or `*`; a tag that is not one of ours fits no version. */
export function readIfMatch({ 'if-match': condition }: IncomingHttpHeaders): Partial<Versioned> {
  if (condition === undefined || condition === '*') return {}
  return { version: Number(etag.exec(condition)?.[1] ?? 0) }
}
