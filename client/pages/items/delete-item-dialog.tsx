// Asks before an item is deleted: it cannot be brought back. The safe answer has the focus.

import { useEffect, useRef } from 'react'
import type { Item } from '../../../server/contract/items.ts'
import { itemsStrings as words } from '../../strings/items.ts'

interface DeleteItemDialogProps {
  /** The item in question; the dialog is open while it is mounted. */
  item: Item
  onAnswer: (answer: 'delete' | 'keep') => void
}

export function DeleteItemDialog({ item, onAnswer }: DeleteItemDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      aria-labelledby="delete-heading"
      aria-describedby="delete-text"
      onCancel={(event) => {
        event.preventDefault()
        onAnswer('keep')
      }}
    >
      <h2 id="delete-heading">{words.deleteHeading}</h2>
      <p id="delete-text">
        <b className="dialog-subject" dir="auto">
          {item.title}
        </b>
        {words.deleteText}
      </p>
      <div className="actions">
        <button type="button" className="btn" onClick={() => onAnswer('keep')}>
          {words.keep}
        </button>
        <button type="button" className="btn danger" onClick={() => onAnswer('delete')}>
          {words.delete}
        </button>
      </div>
    </dialog>
  )
}
