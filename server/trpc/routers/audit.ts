// The audit log, for admins and their programs.

import { auditExportSchema, auditListSchema, auditPageSchema } from '../../contract/audit.ts'
import { auditMediaTypes } from '../../contract/audit-export.ts'
import { textFileSchema } from '../../contract/text-file.ts'
import { actorOf } from '../actor.ts'
import { anyCallerProcedure, router } from '../procedures.ts'

export const auditRouter = router({
  list: anyCallerProcedure('audit:read')
    .meta({
      rest: {
        method: 'GET',
        path: '/audit',
        summary: 'What happened in every account, newest first; by user, event, address and time',
      },
    })
    .input(auditListSchema)
    .output(auditPageSchema)
    .query(({ ctx, input: { limit, cursor, ...filter } }) =>
      ctx.services.auditReader.list(filter, { limit, cursor }),
    ),

  export: anyCallerProcedure('audit:read')
    .meta({
      rest: {
        method: 'GET',
        path: '/audit/export',
        summary: 'The same entries as a file, all of them: for a spreadsheet, or one JSON a line',
        mediaTypes: Object.values(auditMediaTypes),
      },
    })
    .input(auditExportSchema)
    .output(textFileSchema)
    .query(({ ctx, input: { format, ...filter } }) =>
      ctx.services.exportAuditLog(format, filter, actorOf(ctx)),
    ),
})
