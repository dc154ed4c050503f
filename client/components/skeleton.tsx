// A placeholder for a page or a list that is still loading; visible only where the wait is noticeable.

import type { ReactNode } from 'react'
import { strings } from '../strings/shell.ts'

/** Around bones at the height of what they stand for. */
export function Skeleton({ children }: { children: ReactNode }) {
  return (
    <div className="skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {strings.shell.loading}
      </p>
      {children}
    </div>
  )
}

interface ListSkeletonProps {
  className: string
  rows: number
  /** The bones of one row. */
  children: ReactNode
}

export function ListSkeleton({ className, rows, children }: ListSkeletonProps) {
  return (
    <Skeleton>
      <div className={`panel list ${className}`}>
        {Array.from({ length: rows }, (_, row) => row).map((row) => (
          <div key={row}>{children}</div>
        ))}
      </div>
    </Skeleton>
  )
}
