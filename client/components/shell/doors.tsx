// A row of doors, one for each scope: filled where the token has it. A picture.

import { allScopes } from '../../../server/contract/scopes.ts'

export function Doors({ open }: { open: readonly string[] }) {
  return (
    <span className="doors" aria-hidden="true">
      {allScopes.map((scope) => (
        <i key={scope} className={open.includes(scope) ? 'o' : undefined} />
      ))}
    </span>
  )
}
