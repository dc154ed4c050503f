// In which forms the audit log can be taken as a file. Without zod, which no page loads.

export const auditExportFormats = ['csv', 'ndjson'] as const
export type AuditExportFormat = (typeof auditExportFormats)[number]

export const auditMediaTypes: Record<AuditExportFormat, string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
}
