// The icon in the browser's tab: the brand's logo, in the colours of the tokens.

import type { Plugin } from 'vite'
import { logoPath, logoViewBox } from '../../server/contract/brand.ts'
import { readColors } from './read-colors.ts'

const name = 'favicon.svg'

export function logoIcon(): Plugin {
  let isBuild = false
  return {
    name: 'keycard:logo-icon',
    configResolved({ command }) {
      isBuild = command === 'build'
    },
    buildStart() {
      if (isBuild) this.emitFile({ type: 'asset', name, source: drawIcon() })
    },
    transformIndexHtml: {
      // When the built file has its name.
      order: 'post',
      handler(_html, { bundle = {} }) {
        const built = Object.values(bundle).find(
          (file) => file.type === 'asset' && file.names.includes(name),
        )
        const href = built
          ? `/${built.fileName}`
          : `data:image/svg+xml,${encodeURIComponent(drawIcon())}`
        const attrs = { rel: 'icon', href, type: 'image/svg+xml' }
        return [{ tag: 'link', injectTo: 'head', attrs }]
      },
    },
  }
}

/**
 * It lies on the browser's own bar, which is light or dark as the pages are. Opened by itself its
 * style is refused, as every inline style is: then it has the light one.
 */
function drawIcon(): string {
  const { light, dark } = readColors('link')
  const style = `@media(prefers-color-scheme:dark){path{fill:${dark}}}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${logoViewBox}"><style>${style}</style><path fill="${light}" fill-rule="evenodd" d="${logoPath}"/></svg>`
}
