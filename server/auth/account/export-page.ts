// One page of an export: list after list until it is full. The next goes on in the list that filled it.

import { exportCursorPattern, type PageRequest } from '../../contract/paging.ts'
import { type Page, refuseCursor } from '../../db/read-page.ts'
import type { KeyedMac } from '../secrets/keyed-mac.ts'

/** Rows, of all lists together: reading and writing them makes others wait a few milliseconds. */
const exportPageSize = 1_000

/** Newest first. */
export type ListReader<Row> = (userId: string, page: PageRequest) => Promise<Page<Row>>

export interface ExportPage {
  /**
   * The rows of `list`, a word of letters, that belong on this page; none where it was read
   * before, or comes later.
   */
  take<Row>(list: string, read: ListReader<Row>): Promise<Row[]>
  /** The cursor of the next page, once all lists were offered; null on the last. */
  nextCursor(): string | null
}

interface ExportPageOptions {
  userId: string
  cursor: string | undefined
  /** A cursor that we have not handed out would lead past the first page, the one that is logged. */
  mac: KeyedMac
}

/** @throws AppError invalid_input where the cursor is not one that this user was given */
export function openExportPage({ userId, cursor, mac }: ExportPageOptions): ExportPage {
  const start = cursor === undefined ? undefined : readPlace(cursor)
  let isReached = start === undefined
  let left = exportPageSize
  let next: Place | undefined

  function readPlace(text: string): Place {
    const [, list = '', after = '', code = ''] = cursorSyntax.exec(text) ?? []
    if (!mac.isOurs(`${userId}.${list}.${after}`, code)) throw refuseCursor()
    return { list, after }
  }

  return {
    async take(list, read) {
      const isStart = list === start?.list
      isReached ||= isStart
      if (!isReached || next) return []
      const { rows, next_cursor } = await read(userId, {
        limit: Math.max(left, 1),
        cursor: isStart ? start.after : undefined,
      })
      left -= rows.length
      if (next_cursor !== null) next = { list, after: next_cursor }
      return rows
    },

    nextCursor() {
      if (!next) return null
      const place = `${next.list}.${next.after}`
      return `${place}.${mac.sign(`${userId}.${place}`)}`
    },
  }
}

interface Place {
  list: string
  /** That list's own cursor. */
  after: string
}

const cursorSyntax = new RegExp(exportCursorPattern)
