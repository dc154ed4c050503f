// One item in the list: its text as it was written, when it changed, and its actions.

import { memo } from 'react'
import type { Item } from '../../../server/contract/items/items.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { ItemDescription } from './item-description.tsx'
import { itemsStrings as words } from './strings.ts'

interface ItemRowProps {
  item: Item
  /** Not where the token may only read. */
  canWrite: boolean
  /** The same functions at every render: see below. */
  onEdit: (item: Item) => void
  onDelete: (item: Item) => void
}

/** Drawn anew only where its item is another: saving one of many redraws one. */
export const ItemRow = memo(function ItemRow({ item, canWrite, onEdit, onDelete }: ItemRowProps) {
  const isChanged = item.updated_at !== item.created_at
  return (
    <div className="item">
      <div className="item-text">
        <h2 dir="auto">{item.title}</h2>
        {item.description !== '' && <ItemDescription text={item.description} />}
        <p className="meta">
          {isChanged ? words.changed : words.added} <RelativeTime at={item.updated_at} />
        </p>
      </div>
      {canWrite && (
        <div className="actions">
          <button
            type="button"
            className="btn"
            id={editButtonId(item.id)}
            aria-label={words.editNamed(item.title)}
            onClick={() => onEdit(item)}
          >
            {words.edit}
          </button>
          <button
            type="button"
            className="btn quiet danger"
            aria-label={words.deleteNamed(item.title)}
            onClick={() => onDelete(item)}
          >
            {words.delete}
          </button>
        </div>
      )}
    </div>
  )
})

/** Where the focus returns when editing is over. */
export function editButtonId(itemId: string): string {
  return `edit-${itemId}`
}
