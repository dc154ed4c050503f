// Which role a user gets, with what it may do.

import { type Role, roles } from '../../../server/contract/scopes.ts'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'

export function RoleField({ value }: { value: Role }) {
  return (
    <fieldset className="role-field">
      <legend>{words.role}</legend>
      {roles.map((role) => (
        <label key={role}>
          <input type="radio" name="role" value={role} defaultChecked={role === value} />
          <span>
            {strings.roles[role]}
            <span className="meta">{words.roleTexts[role]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** The chosen role; the first one where none was chosen. */
export function readRole(fields: FormData): Role {
  return roles.find((role) => role === fields.get('role')) ?? roles[0]
}
