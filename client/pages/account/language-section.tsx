// The language of the pages. The browser itself sends the form: the page comes again in the chosen one.

import { languagePath } from '../../../server/contract/pages.ts'
import { accountStrings } from '../../strings/account.ts'
import { AccountSection } from './account-section.tsx'

declare global {
  interface ImportMetaEnv {
    /** Of the build, English first. */
    readonly LANGUAGES: readonly { tag: string; name: string }[]
  }
}

const words = accountStrings.language

export function LanguageSection() {
  return (
    <AccountSection id="language" heading={words.heading} note={words.note}>
      <form action={languagePath}>
        <div className="field">
          <label htmlFor="language-choice">{words.label}</label>
          <select id="language-choice" name="to" defaultValue={document.documentElement.lang}>
            {import.meta.env.LANGUAGES.map(({ tag, name }) => (
              <option key={tag} value={tag} lang={tag} translate="no">
                {name}
              </option>
            ))}
          </select>
        </div>
        <div className="actions">
          <button type="submit" className="btn">
            {words.change}
          </button>
        </div>
      </form>
    </AccountSection>
  )
}
