// The card in the sleeve, with the reader light and its word. A picture: its words also stand elsewhere.

import { BrandMark } from '../../components/shell/brand-mark.tsx'
import { signInStrings } from '../../strings/sign-in.ts'

export function ReaderCard({ light }: { light: string }) {
  return (
    <div className="card" aria-hidden="true">
      <span className="card-slot" />
      <div className="card-face">
        <BrandMark />
        {signInStrings.productName}
        {/* A new element for each word: one that changed its width would count as a layout
            shift. */}
        <small key={light}>{light}</small>
        <span className="led" />
      </div>
    </div>
  )
}
