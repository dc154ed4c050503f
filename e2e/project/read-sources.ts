// Reads every source that the rule of the floors applies to.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Sources } from './architecture.ts'

/**
 * Every source under server and client, and the build's configuration. Tests stand outside the
 * building and may look anywhere.
 */
export function readSources(root: string): Sources {
  const sources = new Map<string, string>()
  for (const name of ['vite.config.ts', 'vite.server.config.ts']) {
    const file = join(root, name)
    if (existsSync(file)) sources.set(name, readFileSync(file, 'utf8'))
  }
  for (const folder of ['client', 'server']) {
    for (const name of listFiles(join(root, folder)).sort()) {
      if (!/\.(ts|tsx|js)$/.test(name) || /^testing[\\/]|\.(test|d)\.tsx?$/.test(name)) continue
      sources.set(
        `${folder}/${name.replaceAll(sep, '/')}`,
        readFileSync(join(root, folder, name), 'utf8'),
      )
    }
  }
  return sources
}

function listFiles(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
}
