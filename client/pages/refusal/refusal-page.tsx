// The page for a browser whose request was refused: what happened, and what to do. It runs no script.

import { type RefusalView, removeCookiesPath } from '../../../server/contract/pages/refusal-page.ts'
import { ReaderCard } from '../auth-page/reader-card.tsx'

export function RefusalPage({ view }: { view: RefusalView }) {
  return (
    <div className="page" data-state="error" data-removes={view.removes}>
      <main>
        <div className="stack">
          <ReaderCard light={view.status} />
          <div className="sleeve">
            <h1>{view.heading}</h1>
            <p className="reason">{view.message}</p>
            <form method="post" action={removeCookiesPath}>
              <button type="submit" className="btn primary submit">
                Remove these cookies
              </button>
              <p className="price">Other apps at this address may ask you to sign in again.</p>
            </form>
            <p className="foot">
              <a href={view.wayOut}>{view.wayOutWords}</a>
            </p>
          </div>
        </div>
      </main>
    </div>
  )
}
