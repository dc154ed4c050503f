// The page at /docs: the frame around Swagger UI, in files, because nothing may be inline.

import { logoPath, logoViewBox, productName } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { docsPath, pagePaths } from '../../contract/pages.ts'
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
    <header class="docs-header">
      <a href="${pagePaths.home}"><svg width="24" height="24" viewBox="${logoViewBox}" aria-hidden="true"><path fill="currentColor" fill-rule="evenodd" d="${logoPath}"/></svg>Back to ${escapeHtml(productName)}</a>
      <h1>API</h1>
      <p><b>Authorize</b> signs you in once with your username and password; every call you try here then carries your token.</p>
    </header>
    <main>
      <div id="swagger-ui"></div>
      <noscript><p>This page needs JavaScript. The same in JSON: <a href="${openapiPath}">${openapiPath}</a></p></noscript>
    </main>
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
  const { theme } = document.documentElement.dataset
  const isDark = theme === undefined ? darkScheme.matches : theme === 'dark'
  document.documentElement.classList.toggle('dark-mode', isDark)
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

/** Below the tokens of the built pages: without them the browser's own colours hold. */
export const docsStyle = `html {
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

.docs-header {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 24px;
  align-items: center;
  padding: 12px max(20px, (100% - 1420px) / 2);
  border-block-end: 3px solid var(--page-divider, GrayText);
  background: var(--page, Canvas);
  color: var(--text, CanvasText);
  font: 1rem/1.5 var(--font-sans, system-ui, sans-serif);
}

.docs-header a {
  display: flex;
  gap: 10px;
  align-items: center;
  min-block-size: 44px;
  color: var(--link, LinkText);
  font-weight: 650;
}

.docs-header h1 {
  margin: 0;
  font-size: 1rem;
  font-weight: 400;
}

.docs-header p {
  flex: 1 1 100%;
  margin: 0;
  color: var(--text-muted, CanvasText);
}

.swagger-ui .info {
  margin: 24px 0 0;
}
`
