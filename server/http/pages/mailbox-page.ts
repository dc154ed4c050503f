// GET /dev/mail: the mails of a first try, on this machine only, and only with demo accounts.

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ReceivedMail } from '../../auth/mail/mailbox.ts'
import { productName } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { mailboxPath } from '../../contract/pages.ts'
import type { Services } from '../../services.ts'
import { isFromThisMachine } from '../../web/this-machine.ts'

export async function mailboxPage(
  app: FastifyInstance,
  { mailbox, config }: Pick<Services, 'mailbox' | 'config'>,
): Promise<void> {
  if (!mailbox) return
  const mayRead = (request: FastifyRequest) => isFromThisMachine(request, config.publicUrl)

  app.get(mailboxPath, async (request, reply) => {
    if (!mayRead(request)) return reply.callNotFound()
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'content-security-policy': listPolicy })
      .send(renderList(mailbox.list()))
  })

  app.get<{ Params: { id: string } }>(`${mailboxPath}/:id`, async (request, reply) => {
    const mail = mailbox.list().find(({ id }) => id === request.params.id)
    if (!mayRead(request) || !mail) return reply.callNotFound()
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'content-security-policy': mailPolicy })
      .send(mail.html)
  })
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:0 auto;padding:2rem 1rem;background:light-dark(#f3f8f5,#111916);color:light-dark(#12231d,#ecf2ee)}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.125rem;margin:0}
article{margin-block:1.5rem;padding:1rem 1.25rem;border-radius:16px;background:light-dark(#fff,#1b2521);border:1px solid light-dark(#dae2dd,#2f3935)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:1rem 0}
p{margin:0}.quiet{color:light-dark(#4b5b54,#abb6b0);font-size:.9375rem}
a{color:light-dark(#055a42,#8cddb8)}`

const styleHash = createHash('sha256').update(style).digest('base64')

const listPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** A mail has its styles inline, as mail programs need them, and nothing else. */
const mailPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function renderList(mails: readonly ReceivedMail[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox · ${escapeHtml(productName)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Mailbox</h1>
<p class="quiet">No MAIL_URL is set, so mails land here: the last 50 since the start. Reload to see new ones.</p>
${mails.length === 0 ? '<p>There is no mail yet.</p>' : mails.map(renderMail).join('\n')}
</main>
</body>
</html>
`
}

function renderMail({ id, to, subject, text, atMs }: ReceivedMail): string {
  const at = new Date(atMs).toISOString()
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<p class="quiet">To ${escapeHtml(to)}, <time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time>, <a href="${mailboxPath}/${escapeHtml(id)}">as HTML</a></p>
<pre>${linkUrls(escapeHtml(text))}</pre>
</article>`
}

/** In escaped text: an address on a line of its own. */
function linkUrls(text: string): string {
  return text.replaceAll(/^https?:\/\/[^\s<>"]+$/gm, (url) => `<a href="${url}">${url}</a>`)
}
