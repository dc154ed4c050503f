// A page that is nothing but a state: what is the matter, and the way on.

import type { ReactNode } from 'react'
import { PageHeading } from './page-heading.tsx'

interface StatePageProps {
  picture?: ReactNode
  title: string
  text: string
  children: ReactNode
}

export function StatePage({ picture, title, text, children }: StatePageProps) {
  return (
    <section className="state-page">
      {picture}
      <PageHeading title={title} />
      <p>{text}</p>
      {children}
    </section>
  )
}
