// Indexes for the filters of the audit log.

import type { Migration } from './migration.ts'

export const auditFilters: Migration = {
  async up({ schema }) {
    for (const column of ['event', 'address'] as const) {
      await schema
        .createIndex(`audit_events_${column}_created_at_ms_id`)
        .on('audit_events')
        .columns([column, 'created_at_ms', 'id'])
        .execute()
    }
  },
}
