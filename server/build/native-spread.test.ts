// Compares tRPC built with native spreads to tRPC as it is installed.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as installed from '@trpc/server'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { nativeHelper, nativeSpread, shortHelper } from './native-spread.ts'

const folder = mkdtempSync(join(tmpdir(), 'keycard-spread-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Builds a module of this text for Node, and returns its path. */
async function buildModule(name: string, text: string, native?: string): Promise<string> {
  const entry = join(folder, `${name}.ts`)
  writeFileSync(entry, text)
  await build({
    configFile: false,
    root: folder,
    logLevel: 'silent',
    plugins: [nativeSpread(native)],
    resolve: { alias: { '@trpc/server': import.meta.resolve('@trpc/server') } },
    ssr: { noExternal: true },
    build: { ssr: entry, outDir: join(folder, name), minify: false },
  })
  return join(folder, name, `${name}.mjs`)
}

describe.each([
  ['as the server is', nativeHelper],
  ['as the pages are', shortHelper],
])('tRPC, built %s', (how, native) => {
  let built: typeof installed
  beforeAll(async () => {
    const file = await buildModule(how, `export * from '@trpc/server'`, native)
    built = await import(pathToFileURL(file).href)
  })

  /** What a procedure with two inputs, two middlewares and an output sees and gives. */
  async function call({ initTRPC }: typeof installed, text: string) {
    const t = initTRPC.context<{ who?: string }>().create()
    const anything = z.custom<Record<string, unknown>>()
    const seen: unknown[] = []
    const procedure = t.procedure
      .use(({ ctx, next }) => next({ ctx: { ...ctx, [Symbol.for('first')]: 1 } }))
      .input(anything)
      .input(anything)
      .use(({ ctx, next }) => next({ ctx: { ...ctx, who: undefined } }))
      .output(z.record(z.string(), z.unknown()))
      .query(({ ctx, input, path, signal }) => {
        seen.push(ctx, input, Object.getPrototypeOf(Object(input)), path, signal)
        return { input }
      })
    const router = t.router({ procedure })
    const data = await router._def.procedures.procedure({
      ctx: { who: 'johndoe' },
      getRawInput: async () => JSON.parse(text),
      path: 'procedure',
      type: 'query',
      signal: undefined,
      batchIndex: 0,
    } as never)
    return { data, seen }
  }

  it.each([
    '{}',
    '{"a":1,"b":{"c":[]}}',
    '{"__proto__":{"isAdmin":true},"constructor":1}',
    '[1,2]',
    'null',
    '"text"',
  ])('agrees with the installed one about %s', async (text) => {
    expect(await call(built, text)).toStrictEqual(await call(installed, text))
  })

  it('gives no input another prototype', async () => {
    const { seen } = await call(built, '{"__proto__":{"isAdmin":true}}')
    expect(seen[2]).toBe(Object.prototype)
  })
})

it('a tRPC without such a helper stops the build, and the message says what to do', async () => {
  await expect(buildModule('without', 'export const nothing = 1')).rejects.toThrow(
    'see whether it still needs this',
  )
})
