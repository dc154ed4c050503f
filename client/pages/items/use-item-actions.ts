// Adding, changing and deleting items: the call, and its effect on the list on the screen.

import { useState } from 'react'
import type { Item } from '../../../server/contract/items/items.ts'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { addItem, removeItem, replaceItem } from './item-pages.ts'
import { itemsStrings as words } from './strings.ts'

export const itemListInput = { limit: 20 }

/** What has happened, announced to screen readers too; a failure is also shown. */
export interface Notice {
  text: string
  isProblem: boolean
}

export function useItemActions(notify: (notice: Notice) => void) {
  const list = trpc.useUtils().items.list
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set())

  // The two that carry typed text wait for the answer: until then the form is the only copy.
  const create = trpc.items.create.useMutation({
    onSuccess(item) {
      list.setInfiniteData(itemListInput, (pages) => addItem(pages, item))
      notify({ text: words.wasAdded(item.title), isProblem: false })
    },
  })
  const update = trpc.items.update.useMutation({
    onSuccess(item) {
      list.setInfiniteData(itemListInput, (pages) => replaceItem(pages, item))
      notify({ text: words.wasSaved(item.title), isProblem: false })
    },
    onError(error) {
      const { current } = readFailure(error)
      if (current)
        list.setInfiniteData(itemListInput, (pages) => replaceItem(pages, current as Item))
    },
  })
  const remove = trpc.items.delete.useMutation()

  /** It was confirmed: the row disappears at once, and comes back if the server refuses. */
  async function deleteItem({ id, title }: Item): Promise<void> {
    setLeaving((ids) => new Set(ids).add(id))
    try {
      await remove.mutateAsync({ id })
      list.setInfiniteData(itemListInput, (pages) => removeItem(pages, id))
      notify({ text: words.wasDeleted(title), isProblem: false })
    } catch (error) {
      const { message, reason } = readFailure(error)
      // Deleted already, in another tab: then it is gone, as wished.
      if (reason === 'not_found') {
        list.setInfiniteData(itemListInput, (pages) => removeItem(pages, id))
      } else {
        notify({ text: words.deleteFailed(title, message), isProblem: true })
      }
    }
    setLeaving((ids) => new Set([...ids].filter((other) => other !== id)))
  }

  return {
    createItem: create.mutateAsync,
    updateItem: update.mutateAsync,
    deleteItem,
    /** Being deleted: not shown any more, but not gone yet. */
    leaving,
  }
}
