// After the client build: writes a gzip and a Brotli twin beside each text asset, for the server to send.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

/** Once and thoroughly here, so that no request pays for it. Fonts are compressed already. */
export function compressAssets(): Plugin {
  return {
    name: 'keycard:compress-assets',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) throw new Error('The client build must write into a directory')
      const assets = path.join(dir, 'assets')
      const names = (await readdir(assets)).filter((name) => /\.(js|css|svg)$/.test(name))
      await Promise.all(names.map((name) => compress(path.join(assets, name))))
    },
  }
}

async function compress(file: string) {
  const content = await readFile(file)
  await Promise.all([
    writeFile(`${file}.gz`, await gzipAsync(content, { level: 9 })),
    writeFile(`${file}.br`, await brotliAsync(content, { params: brotliParams })),
  ])
}

const gzipAsync = promisify(gzip)
const brotliAsync = promisify(brotliCompress)
const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
