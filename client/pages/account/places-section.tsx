// Links to the pages that say where the user is signed in, and what happened.

import { Link } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import { accountStrings } from '../../strings/account.ts'
import { AccountSection } from './account-section.tsx'

const words = accountStrings.places

export function PlacesSection() {
  return (
    <AccountSection id="places" heading={words.heading} note={words.note}>
      <div className="actions">
        <Link className="btn" href={appPages.sessions.path}>
          {words.sessions}
        </Link>
        <Link className="btn" href={appPages.activity.path}>
          {words.activity}
        </Link>
      </div>
    </AccountSection>
  )
}
