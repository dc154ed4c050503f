// Below a list that comes page by page: the button for the next page, as long as there is one.

import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { listStrings } from '../strings/list.ts'
import { useLaterFocus } from './use-later-focus.ts'

interface ShowMoreProps {
  /** Its data are the rows of all pages. */
  query: UseInfiniteQueryResult<readonly { id: string }[], unknown>
  words: { nowShown: (count: number) => string; moreFailed: string }
  /** The id of a row's element, which can be focused. */
  elementIdOf: (id: string) => string
  announce: (text: string) => void
}

export function ShowMore({ query, words, elementIdOf, announce }: ShowMoreProps) {
  const focusLater = useLaterFocus()

  async function showMore() {
    const before = query.data?.length ?? 0
    const { data: rows = [], hasNextPage } = await query.fetchNextPage()
    announce(words.nowShown(rows.length))
    // The button disappears with the last page: its focus goes to the first row of that page.
    const firstNew = rows[before]
    if (!hasNextPage && firstNew) focusLater(elementIdOf(firstNew.id))
  }

  return (
    query.hasNextPage && (
      <div className="show-more">
        <button
          type="button"
          className="btn"
          aria-disabled={query.isFetchingNextPage}
          onClick={() => {
            if (!query.isFetchingNextPage) void showMore()
          }}
        >
          {query.isFetchingNextPage ? listStrings.loadingMore : listStrings.more}
        </button>
        <p className="field-note bad" role="alert">
          {query.isFetchNextPageError && words.moreFailed}
        </p>
      </div>
    )
  )
}
