// The page of mail links and of a forgotten password: one of three forms, or none. It runs no script.

import type { MailPageView } from '../../../server/contract/pages/mail-page.ts'
import { mailPageStrings as words } from '../../strings/mail.ts'
import { ReaderCard } from '../auth-page/reader-card.tsx'

/** Its forms go to the page's own address, which holds the token of a link. */
export function MailPage({ view }: { view: MailPageView }) {
  const submit = (
    <button type="submit" className="btn primary submit">
      {view.submit}
    </button>
  )
  return (
    <div className="page" data-state={view.state} data-form={view.form}>
      <main>
        <div className="stack">
          <ReaderCard light={view.light} />
          <div className="sleeve">
            <h1>{view.heading}</h1>
            <p className="reason">{view.message}</p>
            <form method="post" className="ask">
              <div className="field">
                <label htmlFor="username">{words.username}</label>
                <input
                  id="username"
                  name="username"
                  type="text"
                  dir="auto"
                  autoComplete="username"
                  autoCapitalize="none"
                  autoCorrect="off"
                  spellCheck={false}
                  required
                  defaultValue={view.username}
                  aria-invalid={view.invalid}
                  aria-describedby="username-note"
                />
                <p id="username-note" className="field-note">
                  {view.note}
                </p>
              </div>
              {submit}
            </form>
            <form method="post" className="choose">
              {/* For password managers, which store the new one with its name. */}
              <input
                type="hidden"
                name="username"
                autoComplete="username"
                defaultValue={view.username}
              />
              <div className="field">
                <label htmlFor="new-password">{words.newPassword}</label>
                <input
                  id="new-password"
                  name="new_password"
                  type="password"
                  autoComplete="new-password"
                  required
                  aria-invalid={view.invalid}
                  aria-describedby="new-password-note"
                />
                <p id="new-password-note" className="field-note">
                  {view.note}
                </p>
              </div>
              {submit}
            </form>
            <form method="post" className="confirm">
              {submit}
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
