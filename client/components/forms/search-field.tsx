// A search box: it asks when typing pauses, and keeps the focus while the list changes below.

import { useEffect, useRef } from 'react'

interface SearchFieldProps {
  id: string
  label: string
  /** What the list shows now. */
  value: string
  maxLength: number
  onSearch: (search: string) => void
}

const pauseMs = 150

export function SearchField({ id, label, value, maxLength, onSearch }: SearchFieldProps) {
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
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={input}
        id={id}
        name={id}
        type="search"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={maxLength}
        defaultValue={value}
        onInput={() => {
          clearTimeout(pause.current)
          pause.current = setTimeout(ask, pauseMs)
        }}
        onKeyDown={({ key, nativeEvent }) => {
          if (key === 'Enter' && !nativeEvent.isComposing) ask()
        }}
      />
    </div>
  )
}
