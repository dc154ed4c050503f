// The frame of every page: skip link, header with navigation, and the main part.

import type { ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { titleOf } from '../../../server/contract/app-pages.ts'
import { docsPath, homePath } from '../../../server/contract/pages.ts'
import { strings } from '../../strings/shell.ts'
import { AccountMenu } from './account-menu.tsx'
import { BrandMark } from './brand-mark.tsx'
import { NoticeOutlet } from './notice-outlet.tsx'
import { OfflineNote } from './offline-note.tsx'

export interface NavigationEntry {
  path: string
  title: string
}

interface AppShellProps {
  /** Absent until the session is known. */
  navigation?: readonly NavigationEntry[] | undefined
  children: ReactNode
}

const words = strings.shell

export function AppShell({ navigation, children }: AppShellProps) {
  return (
    <>
      <a className="skip-link" href="#main">
        {words.skip}
      </a>
      <header className="site-header">
        <div className="bar">
          <Link className="brand" href={homePath} translate="no">
            <BrandMark size={24} />
            {strings.productName}
          </Link>
          {navigation && (
            <>
              <nav aria-label={words.navigation}>
                {navigation.map((entry) => (
                  <NavigationLink key={entry.path} {...entry} />
                ))}
                <a href={docsPath}>{titleOf(docsPath)}</a>
              </nav>
              <AccountMenu />
            </>
          )}
        </div>
      </header>
      {navigation && <NoticeOutlet />}
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <OfflineNote />
    </>
  )
}

function NavigationLink({ path, title }: NavigationEntry) {
  const [isCurrent] = useRoute(path)
  return (
    <Link href={path} aria-current={isCurrent ? 'page' : undefined}>
      {title}
    </Link>
  )
}
