// What a feature offers to the tRPC floor.

import type { AnyTRPCRouter } from '@trpc/server'
import type { z } from 'zod'

export interface FeatureProcedures {
  router: AnyTRPCRouter
  /** A row of a user's data, where an export holds some. */
  exported?: z.ZodType
}
