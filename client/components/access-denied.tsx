// The 403 page: signed in, but without the scope that this page needs. It never signs out.

import { Link } from 'wouter'
import { appPages } from '../../server/contract/app-pages.ts'
import { isScope, scopeCatalogue } from '../../server/contract/scopes.ts'
import { deadEndStrings } from '../strings/dead-ends.ts'
import { StatePage } from './state-page.tsx'

const words = deadEndStrings.accessDenied

/** `scope`: the one that is needed, where that is known. */
export default function AccessDenied({ scope }: { scope: readonly string[] }) {
  return (
    <StatePage picture={<AccessDeniedPicture />} title={words.heading} text={words.text}>
      {scope.filter(isScope).map((word) => (
        <p key={word}>
          {words.needs} <b>{scopeCatalogue[word]}</b> <code translate="no">{word}</code>
        </p>
      ))}
      <Link className="btn" href={appPages.account.path}>
        {words.back}
      </Link>
    </StatePage>
  )
}

function AccessDeniedPicture() {
  return (
    <svg className="state-picture" viewBox="0 0 96 96" fill="none" aria-hidden="true">
      <path d="M8 90h80" stroke="var(--page-divider)" strokeWidth="3" strokeLinecap="round" />
      <path d="M26 90V20a6 6 0 0 1 6-6h26a6 6 0 0 1 6 6v70" fill="var(--page-lower)" />
      <path
        d="M26 90V20a6 6 0 0 1 6-6h26a6 6 0 0 1 6 6v70"
        stroke="var(--border-strong)"
        strokeWidth="2.5"
      />
      <circle cx="56" cy="54" r="2.8" fill="var(--border-strong)" />
      <rect x="72" y="44" width="13" height="22" rx="4" fill="var(--surface-inverse)" />
      <circle cx="78.5" cy="52" r="3" fill="var(--status-error)" />
    </svg>
  )
}
