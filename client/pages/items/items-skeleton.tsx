// The list before it is there, at its height; seen only where the wait is noticed.

import { strings } from '../../strings/shell.ts'

export function ItemsSkeleton() {
  return (
    <div className="panel list skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {strings.shell.loading}
      </p>
      {['first', 'second', 'third'].map((name) => (
        <div className="item" key={name} aria-hidden="true">
          <div className="item-text">
            <i className="bone wide" />
            <i className="bone" />
          </div>
        </div>
      ))}
    </div>
  )
}
