// What was saved elsewhere while this item was edited here: both texts stay until one is chosen.

import type { Item } from '../../../server/contract/items/items.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { itemsStrings as words } from './strings.ts'

interface ItemConflictProps {
  current: Item
  onTakeCurrent: () => void
}

export function ItemConflict({ current, onTakeCurrent }: ItemConflictProps) {
  return (
    <div className="item-conflict">
      <p className="meta">
        {words.savedElsewhere} <RelativeTime at={current.updated_at} />
      </p>
      <p dir="auto">
        <b>{current.title}</b>
      </p>
      <p className="item-description" dir="auto">
        {current.description}
      </p>
      <button type="button" className="btn" onClick={onTakeCurrent}>
        {words.takeCurrent}
      </button>
    </div>
  )
}
