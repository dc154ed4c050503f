// A bar chart as a standalone SVG, in the colours of the sign-in page, light and dark.

import type { Chart } from './bench.ts'
import { format } from './numbers.ts'

const colours = {
  light: { text: '#1c2a24', quiet: '#5d6b64', ours: '#1f7a55', others: '#b9c4bd' },
  dark: { text: '#e8efe9', quiet: '#9fb0a6', ours: '#4fc18f', others: '#4a5750' },
} as const

const width = 760
const rowHeight = 30
const labelWidth = 270
const valueWidth = 60
const top = 40

export function drawChart({ title, bars }: Chart, scheme: keyof typeof colours): string {
  const { text, quiet, ours, others } = colours[scheme]
  const height = top + bars.length * rowHeight + 10
  const scale = (width - labelWidth - valueWidth) / Math.max(...bars.map(({ value }) => value))
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const y = top + index * rowHeight
    const length = Math.max(2, value * scale)
    const weight = isOurs ? ' font-weight="600"' : ''
    return [
      `<text x="${labelWidth - 10}" y="${y + 17}" text-anchor="end" fill="${text}"${weight}>${escapeXml(label)}</text>`,
      `<rect x="${labelWidth}" y="${y + 3}" width="${length.toFixed(1)}" height="20" rx="3" fill="${isOurs ? ours : others}"/>`,
      `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${y + 17}" fill="${quiet}">${format(value)}</text>`,
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escapeXml(title)}</title>`,
    `<text x="${labelWidth}" y="22" fill="${quiet}">${escapeXml(title)}</text>`,
    ...rows,
    '</svg>\n',
  ].join('\n')
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
