// Counts over time as bars; the same as one sentence, and as a table that can be opened.

import { formatDate, formatDateTime } from '../../components/format.ts'
import { overviewStrings as words } from '../../strings/overview.ts'
import { sayCount } from './say-count.ts'

interface BarChartProps {
  name: string
  /** The oldest first. */
  counts: readonly number[]
  sinceMs: number
  partMs: number
  isBad: boolean
}

const size = { width: 300, height: 72 }
const dayMs = 24 * 60 * 60_000

export function BarChart({ name, counts, sinceMs, partMs, isBad }: BarChartProps) {
  const most = Math.max(...counts)
  const total = counts.reduce((all, one) => all + one, 0)
  const step = size.width / counts.length
  const sayTime = (place: number) => {
    const atMs = sinceMs + place * partMs
    return partMs < dayMs ? formatDateTime(atMs) : formatDate(atMs)
  }
  const summary =
    total === 0
      ? words.noneAtAll(name)
      : words.summary(name, sayCount(total), sayCount(most), sayTime(counts.indexOf(most)))
  return (
    <figure className={isBad ? 'panel chart bad' : 'panel chart'}>
      <figcaption>
        {name} <b>{sayCount(total)}</b>
      </figcaption>
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
      >
        <path className="chart-floor" d={`M0 ${size.height - 0.5}h${size.width}`} />
        {counts.map((count, place) => {
          // What happened once is seen beside what happened a thousand times.
          const height = count === 0 ? 0 : Math.max(3, (count / most) * (size.height - 4))
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a part of the time is its place.
              key={place}
              x={place * step + step * 0.15}
              y={size.height - height}
              width={step * 0.7}
              height={height}
            />
          )
        })}
      </svg>
      <details>
        <summary>{words.table}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.time}</th>
              <th scope="col">{name}</th>
            </tr>
          </thead>
          <tbody>
            {counts.map((count, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a part of the time is its place.
              <tr key={place}>
                <th scope="row">{sayTime(place)}</th>
                <td>{sayCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
