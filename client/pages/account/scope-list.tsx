// What the token grants: every scope of the catalogue, with its sentence.

import { allScopes, scopeCatalogue } from '../../../server/contract/scopes.ts'
import { accountStrings as words } from '../../strings/account.ts'

export function ScopeList({ opens }: { opens: readonly string[] }) {
  const openCount = allScopes.filter((scope) => opens.includes(scope)).length
  return (
    <section className="part" aria-labelledby="permissions-heading">
      <h2 id="permissions-heading">{words.permissionsHeading}</h2>
      <p className="note">{words.permissionsText(openCount, allScopes.length)}</p>
      <List opens={opens} />
    </section>
  )
}

function List({ opens }: { opens: readonly string[] }) {
  return (
    <ul className="panel list door-list">
      {allScopes.map((scope) => {
        const isOpen = opens.includes(scope)
        return (
          <li key={scope} className={isOpen ? 'door' : 'door closed'}>
            <DoorPicture isOpen={isOpen} />
            <span>
              <b>{scopeCatalogue[scope]}</b>
              <code translate="no">{scope}</code>
            </span>
            <span className={isOpen ? 'tag' : 'tag plain'}>
              {isOpen ? words.allowed : words.notAllowed}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function DoorPicture({ isOpen }: { isOpen: boolean }) {
  return (
    <svg viewBox="0 0 32 40" width="32" height="40" fill="none" aria-hidden="true">
      <path
        className="door-frame"
        d="M5 38V6a3 3 0 0 1 3-3h16a3 3 0 0 1 3 3v32"
        strokeWidth="1.75"
      />
      {isOpen && <path className="door-leaf" d="M5.9 37.5V6.2L17 9.5v31.6z" />}
      <path className="door-floor" d="M1 38h30" strokeWidth="1.75" strokeLinecap="round" />
      <circle className="door-knob" cx={isOpen ? 14 : 22.5} cy={isOpen ? 25 : 22} r="1.5" />
    </svg>
  )
}
