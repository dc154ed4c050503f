// Your items: read, added, changed in place, deleted. Copy this folder to add a page of your own.

import './items.css'
import { useState } from 'react'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { Item } from '../../../server/contract/items/items.ts'
import { trpc } from '../../api/trpc.ts'
import { useHasDraft } from '../../components/forms/use-draft.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { QuestionDialog } from '../../components/question-dialog.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { useCan } from '../../session/use-session.ts'
import { ItemForm, itemDraftKey } from './item-form.tsx'
import { editButtonId, ItemRow } from './item-row.tsx'
import { itemsStrings as words } from './strings.ts'
import { itemListInput, type Notice, useItemActions } from './use-item-actions.ts'

const addButtonId = 'add-item'

export default function ItemsPage() {
  const canWrite = useCan('items:write')
  const hasDraft = useHasDraft(itemDraftKey())
  const [adding, setAdding] = useState(hasDraft && canWrite)
  const [editing, setEditing] = useState<Item>()
  const [deleting, setDeleting] = useState<Item>()
  const [notice, setNotice] = useState<Notice>({ text: '', isProblem: false })
  const actions = useItemActions(setNotice)
  const focusLater = useLaterFocus()
  const query = trpc.items.list.useInfiniteQuery(itemListInput, {
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  })
  const loaded = query.data?.filter(({ id }) => !actions.leaving.has(id))
  // Deleted elsewhere while it is edited here: what was typed stays on the screen.
  const isOrphan = editing && loaded && !loaded.some(({ id }) => id === editing.id)
  const items = isOrphan ? [editing, ...loaded] : loaded

  function stopAdding() {
    setAdding(false)
    focusLater(addButtonId)
  }

  function stopEditing(item: Item) {
    setEditing(undefined)
    focusLater(editButtonId(item.id))
  }

  function answerDelete(item: Item, isYes: boolean) {
    setDeleting(undefined)
    if (!isYes) return focusLater(editButtonId(item.id))
    const ids = loaded?.map(({ id }) => id) ?? []
    const index = ids.indexOf(item.id)
    const neighbour = ids[index + 1] ?? ids[index - 1]
    focusLater(neighbour ? editButtonId(neighbour) : addButtonId)
    void actions.deleteItem(item)
  }

  return (
    <>
      <div className="page-head">
        <PageHeading title={appPages.items.title} />
        {canWrite && (
          <button
            type="button"
            id={addButtonId}
            className="btn primary"
            aria-expanded={adding}
            onClick={() => setAdding(true)}
          >
            {words.add}
          </button>
        )}
      </div>
      <p className="intro">{canWrite ? words.intro : words.readOnly}</p>

      {adding && (
        <div className="panel">
          <ItemForm
            heading={words.addHeading}
            submitLabel={words.create}
            onSubmit={async (fields) => {
              await actions.createItem(fields)
              stopAdding()
            }}
            onCancel={stopAdding}
          />
        </div>
      )}

      {query.isPending && (
        <ListSkeleton className="items-skeleton" rows={3}>
          <i className="bone wide" />
          <i className="bone" />
        </ListSkeleton>
      )}
      {query.isError && !items && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {items?.length === 0 && !adding && (
        <div className="panel state">
          <h2>{words.emptyHeading}</h2>
          <p>{canWrite ? words.emptyText : words.emptyReadOnly}</p>
        </div>
      )}
      {items && items.length > 0 && (
        <ul className="panel list" aria-label={words.listName}>
          {items.map((item) => (
            <li key={item.id} id={rowId(item.id)} tabIndex={-1}>
              {editing?.id === item.id ? (
                <ItemForm
                  heading={words.editHeading(item.title)}
                  item={editing}
                  submitLabel={words.save}
                  onSubmit={async (fields) => {
                    await actions.updateItem({ id: item.id, ...fields })
                    stopEditing(item)
                  }}
                  onCancel={() => stopEditing(item)}
                />
              ) : (
                <ItemRow
                  item={item}
                  actions={
                    canWrite
                      ? { onEdit: () => setEditing(item), onDelete: () => setDeleting(item) }
                      : undefined
                  }
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <ShowMore
        query={query}
        words={words}
        elementIdOf={rowId}
        announce={(text) => setNotice({ text, isProblem: false })}
      />

      {deleting && (
        <QuestionDialog
          heading={words.deleteHeading}
          text={
            <>
              <b className="dialog-subject" dir="auto">
                {deleting.title}
              </b>
              {words.deleteText}
            </>
          }
          no={words.keep}
          yes={words.delete}
          onAnswer={(isYes) => answerDelete(deleting, isYes)}
        />
      )}
      <p className={notice.isProblem ? 'notice' : 'visually-hidden'} role="status">
        {notice.text}
      </p>
    </>
  )
}

function rowId(itemId: string): string {
  return `item-${itemId}`
}
