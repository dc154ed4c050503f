// The state of the whole installation, for admins and their programs.

import { z } from 'zod'
import { overviewSchema } from '../../contract/overview.ts'
import { anyCallerProcedure, router } from '../procedures.ts'

export const overviewRouter = router({
  get: anyCallerProcedure('audit:read')
    .meta({
      rest: {
        method: 'GET',
        path: '/overview',
        summary: 'Sign-ins of a day and of a month, and what needs looking at',
      },
    })
    .input(z.object({}))
    .output(overviewSchema)
    .query(({ ctx }) => ctx.services.readOverview()),
})
