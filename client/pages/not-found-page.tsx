// The 404 page, for a path that the table of routes does not have.

import { Link } from 'wouter'
import { pagePaths } from '../../server/contract/pages.ts'
import { PageHeading } from '../components/page-heading.tsx'
import { strings } from '../strings.ts'

const words = strings.notFound

export function NotFoundPage() {
  return (
    <section className="state-page">
      <PageHeading title={words.title} />
      <p>{words.text}</p>
      <Link className="btn" href={pagePaths.items}>
        {words.back}
      </Link>
    </section>
  )
}
