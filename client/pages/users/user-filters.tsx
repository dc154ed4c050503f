// Which users are listed: of one role, in one state.

import { roles } from '../../../server/contract/scopes.ts'
import { userStates } from '../../../server/contract/user-order.ts'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'
import type { UsersView } from './users-address.ts'

interface UserFiltersProps {
  view: UsersView
  onView: (change: Partial<UsersView>) => void
}

export function UserFilters({ view, onView }: UserFiltersProps) {
  return (
    <>
      <div className="field">
        <label htmlFor="user-role">{words.role}</label>
        <select
          id="user-role"
          value={view.role}
          onChange={({ target }) =>
            onView({ role: roles.find((role) => role === target.value) ?? '' })
          }
        >
          <option value="">{words.anyRole}</option>
          {roles.map((role) => (
            <option key={role} value={role}>
              {strings.roles[role]}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="user-state">{words.state}</label>
        <select
          id="user-state"
          value={view.state}
          onChange={({ target }) =>
            onView({ state: userStates.find((state) => state === target.value) ?? '' })
          }
        >
          <option value="">{words.anyState}</option>
          {userStates.map((state) => (
            <option key={state} value={state}>
              {words[state]}
            </option>
          ))}
        </select>
      </div>
    </>
  )
}
