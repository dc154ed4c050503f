// Numbers as the bench's tables show them.

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The least value that the `share` of all does not exceed; NaN where there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Three significant digits: 0.0123, 1.23, 12.3, 123, 1,234. */
export function format(value: number): string {
  return value.toLocaleString(
    'en',
    value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  )
}

export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
