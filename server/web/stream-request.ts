// Which requests at /trpc ask for a streamed answer: its headers are sent before a procedure has run.

import type { IncomingHttpHeaders } from 'node:http'

/**
 * httpBatchStreamLink sends the one header, or with `streamHeader: 'accept'` the other. Broader
 * than tRPC's own check, which takes only `application/jsonl` for a stream.
 */
export function asksForStream({ 'trpc-accept': trpcAccept, accept }: IncomingHttpHeaders): boolean {
  return trpcAccept !== undefined || accept?.includes('jsonl') === true
}
