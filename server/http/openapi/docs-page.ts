// The page at /docs: the frame around Swagger UI, in files, because nothing may be inline.

import { productName } from '../../contract/brand.ts'
import { docsPath } from '../../contract/pages.ts'
import { escapeHtml } from '../html/escape-html.ts'
import { openapiPath } from './openapi.ts'

const title = `${productName} API`

/** `iconPath`: of the built pages; undefined where nothing is built. */
export function writeDocsHtml(iconPath: string | undefined): string {
  const icon = iconPath ? `    <link rel="icon" href="${iconPath}" type="image/svg+xml">\n` : ''
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
${icon}    <link rel="stylesheet" href="${docsPath}/swagger-ui.css">
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
}

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
    document.title = ${JSON.stringify(title)}
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
