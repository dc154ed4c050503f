// The table before it is there, at its height; seen only where the wait is noticed.

import { strings } from '../../strings/shell.ts'

const rows = Array.from({ length: 8 }, (_, number) => number)

export function UsersSkeleton() {
  return (
    <div className="panel list skeleton users-skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {strings.shell.loading}
      </p>
      {rows.map((row) => (
        <div key={row} aria-hidden="true">
          <i className="bone" />
          <i className="bone wide" />
        </div>
      ))}
    </div>
  )
}
