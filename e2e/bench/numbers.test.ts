// A table is only as good as its arithmetic.

import { describe, expect, it } from 'vitest'
import { format, formatPercent, median, quantile } from './numbers.ts'

describe('quantile', () => {
  it('is one of the values, whatever their order', () => {
    const values = [30, 10, 50, 20, 40]
    expect(median(values)).toBe(30)
    expect(quantile(values, 0)).toBe(10)
    expect(quantile(values, 1)).toBe(50)
    expect(values).toEqual([30, 10, 50, 20, 40])
  })

  it('is the 99th of a hundred', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(quantile(values, 0.99)).toBe(99)
  })

  it('is NaN without values, so that no goal counts as reached', () => {
    expect(median([])).toBeNaN()
    expect(median([]) <= 1).toBe(false)
  })
})

describe('format', () => {
  it.each([
    [0.012345, '0.0123'],
    [1.2345, '1.23'],
    [99.96, '100'],
    [123.4, '123'],
    [1_234.5, '1,235'],
    [0, '0'],
  ])('writes %d as %s', (value, text) => expect(format(value)).toBe(text))

  it('writes a share in tenths of a percent', () => expect(formatPercent(0.9456)).toBe('94.6 %'))
})
