// After the client build, which is English: builds the pages once more for each other language, beside it.

import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build, type InlineConfig, type Plugin } from 'vite'
import type { Language } from './language.ts'

/**
 * Each with its own scripts, in which no other language is: a page loads not one byte for the choice
 * that it offers. Files without texts are the same in all of them, and have the same name.
 */
export function buildLanguages(
  languages: readonly Language[],
  describeBuild: (language: Language) => InlineConfig,
): Plugin {
  return {
    name: 'keycard:build-languages',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) throw new Error('The client build must write into a directory')
      // One after the other: the machine has other things to build at the same time.
      for (const language of languages.slice(1)) await buildBeside(dir, language, describeBuild)
      const tags = languages.map(({ tag }) => tag)
      await writeFile(path.join(dir, 'languages.json'), JSON.stringify(tags))
    },
  }
}

async function buildBeside(
  dir: string,
  language: Language,
  describeBuild: (language: Language) => InlineConfig,
): Promise<void> {
  const config = describeBuild(language)
  const outDir = path.join(dir, `.${language.tag}`)
  await build({
    ...config,
    configFile: false,
    logLevel: 'warn',
    build: { ...config.build, outDir, emptyOutDir: true },
  })
  await cp(path.join(outDir, 'assets'), path.join(dir, 'assets'), { recursive: true })
  const pages = (await readdir(outDir)).filter((name) => /\.(html|js)$/.test(name))
  await mkdir(path.join(dir, language.tag), { recursive: true })
  for (const page of pages) {
    await rename(path.join(outDir, page), path.join(dir, language.tag, page))
  }
  await rm(outDir, { recursive: true })
}
