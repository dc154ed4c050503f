// The brand's mark: a keycard with a door in it. `--hole` is the colour that shows through.

export function BrandMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" fill="none" aria-hidden="true">
      <rect x="1" y="4" width="20" height="14" rx="3.2" fill="currentColor" />
      <path d="M7 18v-7.2a.8.8 0 0 1 .8-.8h3.4a.8.8 0 0 1 .8.8V18z" fill="var(--hole)" />
      <circle cx="16.6" cy="8" r="1.4" fill="var(--hole)" />
    </svg>
  )
}
