// Adding, changing, deleting and restoring items: the call, and its effect on the list on the screen.

import { useState } from 'react'
import type { Item } from '../../../server/contract/items/items.ts'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import type { Message } from '../../components/toast.tsx'
import { addItem, type ItemPages, removeItem, replaceItem, restoreItem } from './item-pages.ts'
import { itemsStrings as words } from './strings.ts'

export interface ItemListInput {
  limit: number
  search?: string
}

/** `input`: of the list that is on the screen. */
export function useItemActions(input: ItemListInput, notify: (message: Message) => void) {
  const list = trpc.useUtils().items.list
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set())

  function changeList(change: (pages: ItemPages | undefined) => ItemPages | undefined): void {
    list.setInfiniteData(input, change)
    // Those of other searches are not on the screen: they are asked for again.
    void list.invalidate(undefined, { refetchType: 'none' })
  }

  // The two that carry typed text wait for the answer: until then the form is the only copy.
  const create = trpc.items.create.useMutation({
    onSuccess(item) {
      changeList((pages) => addItem(pages, item))
      notify({ text: words.wasAdded(item.title), isProblem: false })
    },
  })
  const update = trpc.items.update.useMutation({
    onSuccess(item) {
      changeList((pages) => replaceItem(pages, item))
      notify({ text: words.wasSaved(item.title), isProblem: false })
    },
    onError(error) {
      const { current } = readFailure(error)
      if (current) changeList((pages) => replaceItem(pages, current as Item))
    },
  })
  const remove = trpc.items.delete.useMutation()
  const restore = trpc.items.restore.useMutation()

  /** The row disappears at once, and comes back if the server refuses, or if it is undone. */
  async function deleteItem(item: Item): Promise<void> {
    const { id, title } = item
    setLeaving((ids) => new Set(ids).add(id))
    try {
      await remove.mutateAsync({ id })
      changeList((pages) => removeItem(pages, id))
      const undo = () => void bringBack(item)
      notify({ text: words.wasDeleted(title), isProblem: false, undo })
    } catch (error) {
      const { message, reason } = readFailure(error)
      // Deleted already, in another tab: then it is gone, as wished.
      if (reason === 'not_found') changeList((pages) => removeItem(pages, id))
      else notify({ text: words.deleteFailed(title, message), isProblem: true })
    }
    setLeaving((ids) => new Set([...ids].filter((other) => other !== id)))
  }

  async function bringBack({ updated_at: _now, ...item }: Item): Promise<void> {
    try {
      const restored = await restore.mutateAsync(item)
      changeList((pages) => restoreItem(pages, restored))
      notify({ text: words.wasRestored(item.title), isProblem: false })
    } catch (error) {
      const { message } = readFailure(error)
      notify({ text: words.restoreFailed(item.title, message), isProblem: true })
    }
  }

  return {
    createItem: create.mutateAsync,
    updateItem: update.mutateAsync,
    deleteItem,
    /** Being deleted: not shown any more, but not gone yet. */
    leaving,
  }
}
