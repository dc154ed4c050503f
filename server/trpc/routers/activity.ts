// Your activity: the sign-ins and changes of your account, from the audit log.

import { activityPageSchema } from '../../contract/activity.ts'
import { pageRequestSchema } from '../../contract/paging.ts'
import { router, scopedProcedure } from '../procedures.ts'

export const activityRouter = router({
  list: scopedProcedure('me')
    .meta({
      rest: {
        method: 'GET',
        path: '/activity',
        summary: 'What happened to your account, newest first',
      },
    })
    .input(pageRequestSchema)
    .output(activityPageSchema)
    .query(({ ctx, input }) => ctx.services.activity.list(ctx.identity, input)),
})
