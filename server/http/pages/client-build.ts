// The built client: where it lies, and its five pages, read once at the start.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createRefusalPage, type RefusalPage } from '../html/refusal-page.ts'
import { createLoginPage, type LoginPage } from './login-page.ts'
import { createMailPage, type MailPage } from './mail-page.ts'
import { createNoScriptPage, type NoScriptPage } from './no-script-page.ts'
import { createRegisterPage, type RegisterPage } from './register-page.ts'

export interface ClientBuild {
  /** Holds every hashed file, and nothing else. */
  readonly assetsDirectory: string
  readonly appHtml: string
  /** The path of the icon in the browser's tab. */
  readonly iconPath: string | undefined
  /** The design tokens, as a style sheet: for a page that is not built with the others. */
  readonly tokens: string
  readonly loginPage: LoginPage
  readonly registerPage: RegisterPage
  readonly mailPage: MailPage
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
export function readClientBuild({
  directory,
  registration = true,
  passwordReset = true,
}: BuildOptions): ClientBuild | undefined {
  const names = ['index.html', 'login.html', 'register.html', 'mail.html', 'refusal.html']
  const pages = names.map((name) => path.join(directory, name))
  if (!pages.every((file) => existsSync(file))) return undefined
  const [appHtml = '', loginHtml = '', registerHtml = '', mailHtml = '', refusalHtml = ''] =
    pages.map((file) => readFileSync(file, 'utf8'))
  return {
    assetsDirectory: path.join(directory, 'assets'),
    appHtml,
    iconPath: /<link rel="icon" href="([^"]+)"/.exec(appHtml)?.[1],
    tokens: [...loginHtml.matchAll(tokenRules)].map(([rule]) => rule).join(''),
    loginPage: createLoginPage(loginHtml, { registration, passwordReset }),
    registerPage: createRegisterPage(registerHtml),
    mailPage: createMailPage(mailHtml),
    refusalPage: createRefusalPage(refusalHtml),
    noScriptPage: createNoScriptPage(refusalHtml),
  }
}

/** Fonts and custom properties, as the build has inlined them into the sign-in page. */
const tokenRules =
  /@font-face\s*\{[^}]*\}|:root(?:\[data-theme=[^\]]*\])?\s*\{[^}]*color-scheme[^}]*\}/g
