// The entries that are shown as a file, all of them, fetched with the session's token.

import { useState } from 'react'
import type { AuditFilter } from '../../../server/contract/audit.ts'
import {
  type AuditExportFormat,
  auditExportFormats,
} from '../../../server/contract/audit-export.ts'
import { toClientError } from '../../api/auth-link.ts'
import { readFailure } from '../../api/failure.ts'
import { download } from '../../components/download.ts'
import { session } from '../../session/browser-session.ts'
import { auditStrings as words } from '../../strings/audit.ts'

interface ExportButtonsProps {
  filter: AuditFilter
  announce: (text: string) => void
}

export function ExportButtons({ filter, announce }: ExportButtonsProps) {
  const [running, setRunning] = useState<AuditExportFormat>()

  async function exportAs(format: AuditExportFormat) {
    if (running) return
    setRunning(format)
    announce(words.exporting)
    try {
      const fileName = `audit.${format}`
      download(fileName, await fetchFile(format, filter))
      announce(words.exported(fileName))
    } catch (error) {
      announce(words.exportFailed(readFailure(toClientError(error)).message))
    } finally {
      setRunning(undefined)
    }
  }

  return (
    <div className="audit-exports">
      {auditExportFormats.map((format) => (
        <button
          key={format}
          type="button"
          className="btn"
          aria-disabled={running !== undefined}
          onClick={() => void exportAs(format)}
        >
          {running === format ? words.exporting : words.exportAs[format]}
        </button>
      ))}
    </div>
  )
}

async function fetchFile(format: AuditExportFormat, filter: AuditFilter): Promise<Blob> {
  const query = new URLSearchParams({ format })
  for (const [name, value] of Object.entries(filter))
    if (value !== undefined) query.set(name, value)
  const ask = (token: string) =>
    fetch(`/api/audit/export?${query}`, { headers: { authorization: `Bearer ${token}` } })
  const token = await session.getAccessToken()
  const first = await ask(token)
  const answer = first.status === 401 ? await ask(await session.renew(token)) : first
  if (!answer.ok) throw new Error(`${answer.status}`)
  return answer.blob()
}
