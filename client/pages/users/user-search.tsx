// The search box: it searches when typing pauses, and keeps the focus while the list changes below.

import { useEffect, useRef } from 'react'
import { userSearchMaxLength } from '../../../server/contract/user-order.ts'
import { usersStrings as words } from '../../strings/users.ts'

interface UserSearchProps {
  /** What the list shows now. */
  value: string
  onSearch: (search: string) => void
}

const pauseMs = 300

export function UserSearch({ value, onSearch }: UserSearchProps) {
  const input = useRef<HTMLInputElement>(null)
  const asked = useRef(value)
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)

  // Back and Forward change the search text; what is being typed is left alone.
  useEffect(() => {
    if (value === asked.current || !input.current) return
    clearTimeout(pause.current)
    asked.current = value
    input.current.value = value
  }, [value])

  useEffect(() => () => clearTimeout(pause.current), [])

  function ask() {
    clearTimeout(pause.current)
    const search = input.current?.value.trim() ?? ''
    if (search === asked.current) return
    asked.current = search
    onSearch(search)
  }

  return (
    <search className="field user-search">
      <label htmlFor="user-search">{words.search}</label>
      <input
        ref={input}
        id="user-search"
        name="search"
        type="search"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={userSearchMaxLength}
        defaultValue={value}
        onInput={() => {
          clearTimeout(pause.current)
          pause.current = setTimeout(ask, pauseMs)
        }}
        onKeyDown={({ key, nativeEvent }) => {
          if (key === 'Enter' && !nativeEvent.isComposing) ask()
        }}
      />
    </search>
  )
}
