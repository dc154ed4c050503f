// The 404 page, for a path that the table of routes does not have.

import { Link } from 'wouter'
import { titleOf } from '../../server/contract/app-pages.ts'
import { homePath } from '../../server/contract/pages.ts'
import { StatePage } from '../components/state-page.tsx'
import { deadEndStrings } from '../strings/dead-ends.ts'
import { strings } from '../strings/shell.ts'

const words = deadEndStrings.notFound

export default function NotFoundPage() {
  return (
    <StatePage title={words.title} text={words.text}>
      <Link className="btn" href={homePath}>
        {words.back(titleOf(homePath) ?? strings.productName)}
      </Link>
    </StatePage>
  )
}
