// One entry: its light and word, what happened, on which device, and when.

import type { ActivityEntry } from '../../../server/contract/activity.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { describeEntry, lightOf, activityStrings as words } from '../../strings/activity.ts'
import { ExactTime } from './exact-time.tsx'

export function ActivityItem({ entry }: { entry: ActivityEntry }) {
  const light = lightOf[entry.event]
  return (
    <div className="activity-item">
      <span className={`activity-light ${light}`}>
        <span className={light === 'open' ? 'led on' : 'led'} aria-hidden="true" />
        {words.lights[light]}
      </span>
      <div>
        <h3>
          {`${describeEntry(entry)} `}
          {entry.is_this_session && entry.event === 'signed_in' && (
            <span className="tag">{words.thisSession}</span>
          )}
        </h3>
        {entry.address !== null && (
          <p className="meta">
            {entry.device ?? words.unknownDevice} ·{' '}
            <span className="mono" translate="no">
              {entry.address}
            </span>
          </p>
        )}
      </div>
      <span className="meta activity-time">
        <ExactTime at={entry.at} /> · <RelativeTime at={entry.at} />
      </span>
    </div>
  )
}
