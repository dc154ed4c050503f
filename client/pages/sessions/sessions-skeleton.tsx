// The page before the list is there, at its height; seen only where the wait is noticed.

import { strings } from '../../strings/shell.ts'

export function SessionsSkeleton() {
  return (
    <div className="skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {strings.shell.loading}
      </p>
      <div className="current-session" aria-hidden="true">
        <i className="bone session-bone" />
        <div>
          <i className="bone wide" />
          <i className="bone" />
          <i className="bone" />
        </div>
      </div>
      <div className="panel list part" aria-hidden="true">
        {['first', 'second'].map((name) => (
          <div className="session" key={name}>
            <span className="session-card" />
            <div className="session-text">
              <i className="bone wide" />
              <i className="bone" />
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}
