// What the list is narrowed to: a user, an event, an address, days.

import { auditEvents } from '../../../server/contract/audit-events.ts'
import { SearchField } from '../../components/forms/search-field.tsx'
import { auditStrings as words } from '../../strings/audit.ts'
import { type AuditView, addressMaxLength, userMaxLength } from './audit-address.ts'

interface AuditFiltersProps {
  view: AuditView
  onView: (change: Partial<AuditView>) => void
}

export function AuditFilters({ view, onView }: AuditFiltersProps) {
  return (
    <search className="audit-filters">
      <SearchField
        id="audit-user"
        label={words.user}
        value={view.user}
        maxLength={userMaxLength}
        onSearch={(user) => onView({ user })}
      />
      <div className="field">
        <label htmlFor="audit-event">{words.event}</label>
        <select
          id="audit-event"
          value={view.event}
          onChange={({ target }) => {
            onView({ event: auditEvents.find((event) => event === target.value) ?? '' })
          }}
        >
          <option value="">{words.anyEvent}</option>
          {auditEvents.map((event) => (
            <option key={event} value={event}>
              {words.events[event]}
            </option>
          ))}
        </select>
      </div>
      <SearchField
        id="audit-address"
        label={words.address}
        value={view.address}
        maxLength={addressMaxLength}
        onSearch={(address) => onView({ address })}
      />
      {(['since', 'until'] as const).map((end) => (
        <div className="field" key={end}>
          <label htmlFor={`audit-${end}`}>{words[end]}</label>
          <input
            id={`audit-${end}`}
            type="date"
            value={view[end]}
            onChange={({ target }) => onView({ [end]: target.value })}
          />
        </div>
      ))}
    </search>
  )
}
