// The page at /docs: the frame around Swagger UI, in files, because nothing may be inline.

import { docsPath } from '../../contract/pages.ts'
import { openapiPath } from './openapi.ts'

export const docsHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Keycard API</title>
    <link rel="icon" href="${docsPath}/docs.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${docsPath}/swagger-ui.css">
    <link rel="stylesheet" href="${docsPath}/docs.css">
    <script src="${docsPath}/swagger-ui-bundle.js" defer></script>
    <script src="${docsPath}/docs.js" defer></script>
  </head>
  <body>
    <div id="swagger-ui"></div>
    <noscript>This page needs JavaScript. The same in JSON: <a href="${openapiPath}">${openapiPath}</a></noscript>
  </body>
</html>
`

/**
 * `BaseLayout` has no top bar, where another document could be opened. `persistAuthorization` would
 * write the password into localStorage.
 */
export const docsScript = `const darkScheme = matchMedia('(prefers-color-scheme: dark)')

function followScheme() {
  document.documentElement.classList.toggle('dark-mode', darkScheme.matches)
}

followScheme()
darkScheme.addEventListener('change', followScheme)

// In the Authorize dialog the field for a ready token, the last one, asks for the focus too.
function focusUsernameFirst() {
  const leaveFocus = (Input, { React }) => (props) =>
    React.createElement(Input, { ...props, autoFocus: false })
  return { wrapComponents: { Input: leaveFocus } }
}

SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: '${openapiPath}',
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [focusUsernameFirst],
  layout: 'BaseLayout',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  onComplete() {
    document.title = 'Keycard API'
  },
}).initOAuth({ clientId: '' })
`

export const docsStyle = `html {
  color-scheme: light dark;
  box-sizing: border-box;
  overflow-y: scroll;
}

*,
*::before,
*::after {
  box-sizing: inherit;
}

body {
  margin: 0;
}

.swagger-ui .info {
  margin: 32px 0 0;
}
`

/** The brand's mark, as in client/favicon.svg. */
export const docsIcon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22"><rect x="1" y="4" width="20" height="14" rx="3.2" fill="#075b41"/><path d="M7 18v-7.2a.8.8 0 0 1 .8-.8h3.4a.8.8 0 0 1 .8.8V18z" fill="#fff"/><circle cx="16.6" cy="8" r="1.4" fill="#fff"/></svg>'
