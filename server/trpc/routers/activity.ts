// Your activity: the sign-ins and changes of your account, as the audit log has them.

import { activityListSchema, activityPageSchema } from '../../contract/activity.ts'
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
    .input(activityListSchema)
    .output(activityPageSchema)
    .query(({ ctx, input }) => ctx.services.activity.list(ctx.identity, input)),
})
