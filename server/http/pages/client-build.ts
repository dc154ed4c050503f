// The built client: where it lies, and its pages in each language, read once at the start.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type PageTexts, pageTexts } from '../../contract/pages/page-texts.ts'
import { createRefusalPage, type RefusalPage } from '../html/refusal-page.ts'
import { type AskedLanguages, chooseLanguage } from './language-choice.ts'
import { createLoginPage, type LoginPage } from './login-page.ts'
import { createMailPage, type MailPage } from './mail-page.ts'
import { createNoScriptPage, type NoScriptPage } from './no-script-page.ts'
import { createRegisterPage, type RegisterPage } from './register-page.ts'

export interface ClientBuild {
  /** Holds every hashed file, and nothing else. */
  readonly assetsDirectory: string
  /** The path of the icon in the browser's tab. */
  readonly iconPath: string | undefined
  /** The design tokens, as a style sheet: for a page that is not built with the others. */
  readonly tokens: string
  /** Language tags, English first. */
  readonly languages: readonly string[]
  /** Of the inlined styles, as the content security policy needs them. */
  readonly styleHashes: readonly string[]
  readonly english: ClientPages
  /** In English only: so are the mails that lead to it. */
  readonly mailPage: MailPage
  /** In the language of the person at the browser. */
  pagesFor(request: AskedLanguages): ClientPages
}

/** What a form posted without scripts needs of them. */
export interface FormPages<Page extends 'loginPage' | 'registerPage'> {
  pagesFor(request: AskedLanguages): Pick<ClientPages, 'texts' | Page>
}

/** The pages in one language, and the sentences that go into them. */
export interface ClientPages {
  readonly texts: PageTexts
  readonly appHtml: string
  readonly loginPage: LoginPage
  readonly registerPage: RegisterPage
  readonly refusalPage: RefusalPage
  readonly noScriptPage: NoScriptPage
}

interface BuildOptions {
  /** Where the pages are built to. */
  directory: string
  /** Whether the sign-in page links to registration. */
  registration?: boolean
  /** Whether it links to the page for a forgotten password. */
  passwordReset?: boolean
}

/** undefined where nothing is built: the API does not need it. */
export async function readClientBuild({
  directory,
  registration = true,
  passwordReset = true,
}: BuildOptions): Promise<ClientBuild | undefined> {
  if (!existsSync(path.join(directory, 'languages.json'))) return undefined
  const languages: string[] = JSON.parse(
    readFileSync(path.join(directory, 'languages.json'), 'utf8'),
  )
  const links = { registration, passwordReset }
  const english = readPages(directory, links, pageTexts)
  const pages = new Map([['en', english]])
  for (const language of languages.slice(1)) {
    const folder = path.join(directory, language)
    const { pageTexts: texts } = await import(
      pathToFileURL(path.join(folder, 'page-texts.js')).href
    )
    pages.set(language, readPages(folder, links, texts))
  }
  return {
    assetsDirectory: path.join(directory, 'assets'),
    iconPath: /<link rel="icon" href="([^"]+)"/.exec(english.appHtml)?.[1],
    tokens: [...readFileSync(path.join(directory, 'login.html'), 'utf8').matchAll(tokenRules)]
      .map(([rule]) => rule)
      .join(''),
    languages,
    styleHashes: [
      ...new Set(
        [...pages.values()].flatMap(({ loginPage, registerPage }) => [
          loginPage.styleHash,
          registerPage.styleHash,
        ]),
      ),
    ],
    english,
    mailPage: createMailPage(readFileSync(path.join(directory, 'mail.html'), 'utf8')),
    pagesFor: (request) => pages.get(chooseLanguage(request, languages)) ?? english,
  }
}

function readPages(
  folder: string,
  links: Pick<BuildOptions, 'registration' | 'passwordReset'>,
  texts: PageTexts,
): ClientPages {
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  return {
    texts,
    appHtml: read('index.html'),
    loginPage: createLoginPage(read('login.html'), { ...links, texts }),
    registerPage: createRegisterPage(read('register.html'), texts),
    refusalPage: createRefusalPage(read('refusal.html'), texts.refusal),
    noScriptPage: createNoScriptPage(read('refusal.html'), texts.noScript),
  }
}

/** Fonts and custom properties, as the build has inlined them into the sign-in page. */
const tokenRules =
  /@font-face\s*\{[^}]*\}|:root(?:\[data-theme=[^\]]*\])?\s*\{[^}]*color-scheme[^}]*\}/g
