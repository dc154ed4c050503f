// A list of sessions or devices: what each is, where and when it was used, and a button.

import { useState } from 'react'
import { RelativeTime } from '../../components/relative-time.tsx'
import { userStrings } from '../../strings/user.ts'

const words = userStrings.sessions

export interface Place {
  id: string
  device: string | null
  address: string | null
  last_used_at: string
}

interface PlaceListProps {
  label: string
  places: readonly Place[]
  /** undefined where the token may only read. */
  action:
    | { text: string; nameOf: (device: string) => string; run: (place: Place) => void }
    | undefined
  isBusy: boolean
}

const shownAtFirst = 10

export function PlaceList({ label, places, action, isBusy }: PlaceListProps) {
  const [isWhole, setIsWhole] = useState(false)
  const shown = isWhole ? places : places.slice(0, shownAtFirst)
  return (
    <>
      <ul className="user-places" aria-label={label}>
        {shown.map((place) => {
          const device = place.device ?? words.unknownDevice
          return (
            <li key={place.id}>
              <div>
                <b>{device}</b>
                <span className="meta">
                  <span className="mono" translate="no">
                    {place.address ?? words.unknownAddress}
                  </span>
                  {' · '}
                  {words.lastUsed} <RelativeTime at={place.last_used_at} />
                </span>
              </div>
              {action && (
                <button
                  type="button"
                  className="btn"
                  aria-label={action.nameOf(device)}
                  aria-disabled={isBusy}
                  onClick={() => {
                    if (!isBusy) action.run(place)
                  }}
                >
                  {action.text}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      {shown.length < places.length && (
        <button type="button" className="btn" onClick={() => setIsWhole(true)}>
          {userStrings.showAll(places.length)}
        </button>
      )}
    </>
  )
}
