// Light, dark, or as the system is: for this browser, in every tab, and on the pages before sign-in.

import { useEffect, useState } from 'react'
import { type Theme, themeCookie, themes } from '../../../server/contract/theme.ts'
import { openTabChannel } from '../../session/tab-channel.ts'
import { themeStrings as words } from '../../strings/theme.ts'

const channel = openTabChannel<Theme>('keycard:theme')
/** A year, in seconds; browsers keep a cookie no longer than 400 days. */
const keptSeconds = 31_536_000

export default function ThemeChoice() {
  const [chosen, setChosen] = useState(readTheme)

  useEffect(
    () =>
      channel?.hear((theme) => {
        show(theme)
        setChosen(theme)
      }),
    [],
  )

  function choose(theme: Theme) {
    show(theme)
    setChosen(theme)
    keep(theme)
    channel?.tell(theme)
  }

  return (
    <fieldset className="theme-choice">
      <legend>{words.legend}</legend>
      {themes.map((theme) => (
        <label key={theme}>
          <input
            type="radio"
            name="theme"
            className="visually-hidden"
            checked={theme === chosen}
            onChange={() => choose(theme)}
          />
          {words.themes[theme]}
        </label>
      ))}
    </fieldset>
  )
}

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** As the server writes it into a page: server/http/html/page-theme.ts. */
function show(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
}

function keep(theme: Theme): void {
  const lifetime = theme === 'system' ? 0 : keptSeconds
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox before 140 and Safari before 18.4.
  document.cookie = `${themeCookie}=${theme}; Path=/; Max-Age=${lifetime}; SameSite=Lax${secure}`
}
