// The page before the list is there, at its height; visible only where the wait is noticeable.

import { Skeleton } from '../../components/skeleton.tsx'

export function SessionsSkeleton() {
  return (
    <Skeleton>
      <div className="current-session">
        <i className="bone session-bone" />
        <div>
          <i className="bone wide" />
          <i className="bone" />
          <i className="bone" />
        </div>
      </div>
      <div className="panel list part">
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
    </Skeleton>
  )
}
