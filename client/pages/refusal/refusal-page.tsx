// What a browser gets whose request was refused, or that runs no scripts: what is the matter, and what to do.

import type { RefusalView } from '../../../server/contract/pages/refusal-page.ts'
import { ReaderCard } from '../auth-page/reader-card.tsx'

export function RefusalPage({ view }: { view: RefusalView }) {
  return (
    <div className="page" data-state={view.state} data-button={view.button}>
      <main>
        <div className="stack">
          <ReaderCard light={view.status} />
          <div className="sleeve">
            <h1>{view.heading}</h1>
            <p className="reason">{view.message}</p>
            <form method="post" action={view.action}>
              <button type="submit" className="btn primary submit">
                {view.actionLabel}
              </button>
              <p className="price">{view.actionNote}</p>
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
