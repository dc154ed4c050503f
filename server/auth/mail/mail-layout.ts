// A mail's two forms, plain text and HTML: no remote image, no script, no tracking.

import { productName } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import type { MailText } from './mail-texts.ts'

/** In columns (RFC 5322 §2.1.1). */
const lineLength = 76

export function layOutText(mail: MailText): string {
  const blocks = [
    mail.heading,
    ...mail.paragraphs,
    mail.facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    mail.question,
    // Alone on its line, so that every program makes a link of it.
    mail.button?.url ?? '',
    `-- \n${mail.footnote}`,
  ]
  return `${blocks
    .filter((block) => block !== '')
    .map((block) => (/^https?:/.test(block) ? block : wrap(block)))
    .join('\n\n')}\n`
}

function wrap(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line.replaceAll(new RegExp(`(.{1,${lineLength}})(?: |$)`, 'g'), '$1\n').trimEnd(),
    )
    .map((line) => (line === '--' ? '-- ' : line))
    .join('\n')
}

/**
 * The tokens of client/styles/tokens.css in the form that mail programs read: light, and dark.
 */
const colors = {
  light: {
    page: '#e2eee6',
    surface: '#ffffff',
    text: '#12231d',
    muted: '#4b5b54',
    border: '#dae2dd',
    primary: '#055a42',
    onPrimary: '#f6fcf8',
  },
  dark: {
    page: '#0c1310',
    surface: '#1b2521',
    text: '#ecf2ee',
    muted: '#abb6b0',
    border: '#2f3935',
    primary: '#1e7b5c',
    onPrimary: '#f6fcf8',
  },
} as const

const { light, dark } = colors

/** Programs that know dark schemes take it from here; the others take the inline styles. */
const darkScheme = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:${dark.page}!important}
.sleeve{background:${dark.surface}!important;color:${dark.text}!important}
.quiet{color:${dark.muted}!important;border-color:${dark.border}!important}
.card,.button{background:${dark.primary}!important;color:${dark.onPrimary}!important}
}`

const font =
  "font-family:'Atkinson Hyperlegible Next',system-ui,-apple-system,'Segoe UI',sans-serif"

/** Tables, because some programs lay out nothing else. */
export function layOutHtml(mail: MailText): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(mail.subject)}</title>
<style>${darkScheme}</style>
</head>
<body class="page" style="margin:0;padding:0;background:${light.page}">
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:${light.page}">
<tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px">
<tr><td style="padding:0 20px">
<div class="card" style="background:${light.primary};color:${light.onPrimary};border-radius:16px 16px 0 0;padding:16px 20px;${font};font-size:17px;font-weight:600">${escapeHtml(productName)}</div>
</td></tr>
<tr><td class="sleeve" style="background:${light.surface};color:${light.text};border-radius:20px;padding:32px;${font};font-size:16px;line-height:1.5">
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:600">${escapeHtml(mail.heading)}</h1>
${mail.paragraphs.map(paragraph).join('\n')}
${layOutFacts(mail.facts)}
${mail.question === '' ? '' : paragraph(mail.question)}
${mail.button ? layOutButton(mail.button) : ''}
<p class="quiet" style="margin:24px 0 0;padding-top:16px;border-top:1px solid ${light.border};color:${light.muted};font-size:13px">${escapeHtml(mail.footnote)}</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 16px;overflow-wrap:anywhere">${escapeHtml(text)}</p>`
}

function layOutFacts(facts: MailText['facts']): string {
  if (facts.length === 0) return ''
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><td class="quiet" style="padding:2px 16px 2px 0;color:${light.muted};vertical-align:top">${escapeHtml(label)}</td><td style="padding:2px 0;overflow-wrap:anywhere">${escapeHtml(value)}</td></tr>`,
  )
  return `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px;font-size:15px">${rows.join('')}</table>`
}

function layOutButton({ label, url }: NonNullable<MailText['button']>): string {
  return `<p style="margin:0"><a class="button" href="${escapeHtml(url)}" style="display:block;background:${light.primary};color:${light.onPrimary};border-radius:10px;padding:13px 20px;font-weight:600;text-align:center;text-decoration:none">${escapeHtml(label)}</a></p>`
}
