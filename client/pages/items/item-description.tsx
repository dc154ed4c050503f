// An item's description: of a long one the first lines, and the rest on request.

import { useState } from 'react'
import { itemsStrings as words } from './strings.ts'

/** About six lines of the list; items.css cuts after as many. */
const shownCharacters = 400
const shownLines = 6

export function ItemDescription({ text }: { text: string }) {
  const [isWhole, setIsWhole] = useState(false)
  const isLong = text.length > shownCharacters || text.split('\n').length > shownLines
  return (
    <>
      <p className={isLong && !isWhole ? 'item-description cut' : 'item-description'} dir="auto">
        {text}
      </p>
      {isLong && (
        <button
          type="button"
          className="text-button"
          aria-expanded={isWhole}
          onClick={() => setIsWhole(!isWhole)}
        >
          {isWhole ? words.showLess : words.showAll}
        </button>
      )}
    </>
  )
}
