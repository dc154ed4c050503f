// Which users are listed: of one role, in one state.

import { roles } from '../../../server/contract/scopes.ts'
import { userStates } from '../../../server/contract/user-order.ts'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { ChoiceField } from './choice-field.tsx'
import type { UsersView } from './users-address.ts'

interface UserFiltersProps {
  view: UsersView
  onView: (change: Partial<UsersView>) => void
}

export function UserFilters({ view, onView }: UserFiltersProps) {
  return (
    <>
      <ChoiceField
        id="user-role"
        label={words.role}
        value={view.role}
        anyLabel={words.anyRole}
        words={roles}
        labelOf={(role) => strings.roles[role]}
        onChoose={(role) => onView({ role })}
      />
      <ChoiceField
        id="user-state"
        label={words.state}
        value={view.state}
        anyLabel={words.anyState}
        words={userStates}
        labelOf={(state) => words[state]}
        onChoose={(state) => onView({ state })}
      />
    </>
  )
}
