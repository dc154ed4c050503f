// The brand's logo, in the colour of the text around it.

import { logoPath, logoViewBox } from '../../../server/contract/brand.ts'

export function BrandMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox={logoViewBox} fill="currentColor" aria-hidden="true">
      <path fillRule="evenodd" d={logoPath} />
    </svg>
  )
}
