// Your items: read, added, changed in place, deleted. Copy this folder to add a page of your own.

import './items.css'
import { useEffect, useState } from 'react'
import { appPages } from '../../../server/contract/app-pages.ts'
import { itemSearchMaxLength } from '../../../server/contract/items/item-search.ts'
import type { Item } from '../../../server/contract/items/items.ts'
import { trpc } from '../../api/trpc.ts'
import { SearchField } from '../../components/forms/search-field.tsx'
import { useHasDraft } from '../../components/forms/use-draft.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { noMessage, Toast } from '../../components/toast.tsx'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { useStable } from '../../components/use-stable.ts'
import { useCan } from '../../session/use-session.ts'
import { ItemForm, itemDraftKey } from './item-form.tsx'
import { editButtonId, ItemRow } from './item-row.tsx'
import { itemsStrings as words } from './strings.ts'
import { useItemActions } from './use-item-actions.ts'

const addButtonId = 'add-item'

export default function ItemsPage() {
  const canWrite = useCan('items:write')
  const hasDraft = useHasDraft(itemDraftKey())
  const [adding, setAdding] = useState(hasDraft && canWrite)
  const [editing, setEditing] = useState<Item>()
  const [search, setSearch] = useState('')
  const [message, setMessage] = useState(noMessage)
  const input = { limit: 20, ...(search !== '' && { search }) }
  const actions = useItemActions(input, setMessage)
  const focusLater = useLaterFocus()
  const query = trpc.items.list.useInfiniteQuery(input, {
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

  const deleteItem = useStable((item: Item) => {
    const ids = loaded?.map(({ id }) => id) ?? []
    const index = ids.indexOf(item.id)
    const neighbour = ids[index + 1] ?? ids[index - 1]
    focusLater(neighbour ? editButtonId(neighbour) : addButtonId)
    void actions.deleteItem(item)
  })

  // One call looks through a part of a very long list: those that find nothing are followed by the next.
  const { hasNextPage, isFetching, isError, fetchNextPage } = query
  const goesOn = items?.length === 0 && hasNextPage && !isFetching && !isError
  useEffect(() => {
    if (goesOn) void fetchNextPage()
  }, [goesOn, fetchNextPage])

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
      <search className="item-search">
        <SearchField
          id="item-search"
          label={words.search}
          value={search}
          maxLength={itemSearchMaxLength}
          onSearch={setSearch}
        />
      </search>

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
      {items?.length === 0 && search !== '' && !hasNextPage && (
        <div className="panel state" role="status">
          <h2>{words.noneFound(search)}</h2>
          <p>{words.noneFoundText}</p>
          <button type="button" className="btn" onClick={() => setSearch('')}>
            {words.clearSearch}
          </button>
        </div>
      )}
      {items?.length === 0 && search === '' && !adding && (
        <div className="panel state">
          <h2>{words.emptyHeading}</h2>
          <p>{canWrite ? words.emptyText : words.emptyReadOnly}</p>
        </div>
      )}
      {items && items.length > 0 && (
        <ul className="panel list items" aria-label={words.listName}>
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
                  canWrite={canWrite}
                  onEdit={setEditing}
                  onDelete={deleteItem}
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
        announce={(text) => setMessage({ text, isProblem: false })}
      />

      <Toast message={message} setMessage={setMessage} />
    </>
  )
}

function rowId(itemId: string): string {
  return `item-${itemId}`
}
