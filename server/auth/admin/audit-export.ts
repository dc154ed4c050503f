// The audit log as a file. That it is taken is an entry of its own.

import type { AuditFilter } from '../../contract/audit.ts'
import { type AuditExportFormat, auditMediaTypes } from '../../contract/audit-export.ts'
import type { TextFile } from '../../contract/text-file.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Actor } from '../sessions/account-change.ts'
import { writeAuditLines } from './audit-lines.ts'
import type { AuditReader } from './audit-reader.ts'

export type AuditExporter = (
  format: AuditExportFormat,
  filter: AuditFilter,
  actor: Actor,
) => Promise<TextFile>

interface AuditExporterDeps {
  auditReader: AuditReader
  auditLog: AuditLog
}

export function createAuditExporter({ auditReader, auditLog }: AuditExporterDeps): AuditExporter {
  return async (format, filter, actor) => {
    await auditLog.record('audit_log_exported', {
      userId: actor.id === actor.clientId ? undefined : actor.id,
      actorId: actor.id,
      clientId: actor.clientId,
      what: format,
      device: actor.device,
    })
    return {
      name: `audit.${format}`,
      mediaType: auditMediaTypes[format],
      text: writeAuditLines(auditReader.everything(filter), format),
    }
  }
}
