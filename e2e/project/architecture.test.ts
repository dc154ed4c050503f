// The rule of the floors, checked on every source, and on sources planted to break it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { entries, findBrokenRules } from './architecture.ts'
import { readSources } from './read-sources.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

describe('the floors of Keycard', () => {
  const sources = readSources(repository)

  it('has every entry', () => {
    expect([...sources.keys()]).toEqual(expect.arrayContaining([...entries]))
  })

  it('has only arrows that point down, no cycle, no stray file, and one reader of process.env', () => {
    expect(findBrokenRules(sources)).toEqual([])
  })
})

describe('the checker', () => {
  const folders: string[] = []

  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  /** Writes the sources into a folder of their own and checks that, as the real tree is checked. */
  function check(files: Record<string, string>): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'keycard-floors-'))
    folders.push(folder)
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    return findBrokenRules(readSources(folder))
  }

  it('accepts sources that keep the rule', () => {
    const broken = check({
      'server/main.ts': `
        import { loadConfig } from './config.ts'
        import { createServices } from './services.ts'
        import { createApp } from './app.ts'`,
      'server/config.ts': `import './contract/words.ts'\nexport const port = process.env.PORT`,
      'server/contract/words.ts': `import { z } from 'zod'`,
      'server/contract/scopes.ts': `export const scopes = []`,
      'server/db/open.ts': `import type { Config } from '../config.ts'`,
      'server/auth/users.ts': `import { open } from '../db/open.ts'`,
      'server/auth/passwords.ts': `new URL('./password-worker.js', import.meta.url)`,
      'server/auth/password-worker.js': `import 'bcryptjs'`,
      'server/items/items.ts': `import { open } from '../db/open.ts'`,
      'server/services.ts': `
        import './auth/users.ts'
        import './auth/passwords.ts'
        import './items/items.ts'`,
      'server/trpc/router.ts': `
        import type { Identity } from '../auth/users.ts'
        import '../services.ts'`,
      'server/oauth/token.ts': `import type { Identity } from '../auth/users.ts'`,
      'server/app.ts': `import './http/rest/rest.ts'\nimport './oauth/token.ts'`,
      'server/http/rest/rest.ts': `import '../../trpc/router.ts'`,
      'client/main.tsx': `import './routes.tsx'\nimport './styles/app.css'`,
      'client/routes.tsx': `const page = () => import('./pages/items.tsx')`,
      'client/pages/items.tsx': `import '../api/trpc.ts'`,
      'client/api/trpc.ts': `
        import type { AppRouter } from '../../server/trpc/router.ts'
        import type { User } from '../../server/contract/words.ts'
        import { scopes } from '../../server/contract/scopes.ts'`,
    })
    expect(broken).toEqual([])
  })

  it('reports an arrow that points up', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': `import './db/open.ts'`,
      'server/db/open.ts': `import '../auth/users.ts'`,
      'server/auth/users.ts': '',
    })
    expect(broken).toEqual([
      'server/db/open.ts imports server/auth/users.ts, but db may not see auth',
    ])
  })

  it('reports an arrow that points up even where only a type comes down', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'\nimport './app.ts'`,
      'server/services.ts': `type App = import('./app.ts').App`,
      'server/app.ts': '',
    })
    expect(broken).toEqual([
      'server/services.ts imports server/app.ts, but services may not see app',
    ])
  })

  it('reports a surface that knows another surface', () => {
    const broken = check({
      'server/main.ts': `import './app.ts'`,
      'server/app.ts': `import './trpc/router.ts'`,
      'server/trpc/router.ts': `export * from '../oauth/token.ts'`,
      'server/oauth/token.ts': '',
    })
    expect(broken).toEqual([
      'server/trpc/router.ts imports server/oauth/token.ts, but trpc may not see oauth',
    ])
  })

  it('reports a surface that reaches past services into the rules', () => {
    const broken = check({
      'server/main.ts': `import './app.ts'`,
      'server/app.ts': `import './oauth/token.ts'`,
      'server/oauth/token.ts': `import { type User, find } from '../auth/users.ts'`,
      'server/auth/users.ts': '',
    })
    expect(broken).toEqual([
      'server/oauth/token.ts imports server/auth/users.ts: only its types may be imported',
    ])
  })

  it('reports items that know auth', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': `import './items/items.ts'`,
      'server/items/items.ts': `import '../auth/users.ts'`,
      'server/auth/users.ts': '',
    })
    expect(broken).toEqual([
      'server/items/items.ts imports server/auth/users.ts, but features may not see auth',
    ])
  })

  it('reports a cycle once, of values or of types', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': `import './auth/b.ts'`,
      'server/auth/a.ts': `import type { B } from './b.ts'`,
      'server/auth/b.ts': `import './c.ts'`,
      'server/auth/c.ts': `import './a.ts'`,
    })
    expect(broken).toEqual([
      'server/auth/a.ts → server/auth/b.ts → server/auth/c.ts → server/auth/a.ts is a cycle',
    ])
  })

  it('reports a browser file that imports the server', () => {
    const broken = check({
      'server/main.ts': `import './app.ts'`,
      'server/app.ts': `import './trpc/router.ts'`,
      'server/trpc/router.ts': `import '../services.ts'`,
      'server/services.ts': '',
      'client/main.tsx': `import './api/trpc.ts'\nimport './session/session.ts'`,
      'client/api/trpc.ts': `import { appRouter } from '../../server/trpc/router.ts'`,
      'client/session/session.ts': `import type { Services } from '../../server/services.ts'`,
    })
    expect(broken).toEqual([
      `client/api/trpc.ts imports server/trpc/router.ts: the client may know the router's type only`,
      'client/session/session.ts imports server/services.ts, but session may not see services',
    ])
  })

  it('reports zod and Node modules on their way into the bundle', () => {
    const broken = check({
      'server/main.ts': `import './contract/items.ts'`,
      'server/contract/items.ts': `import './text.ts'\nimport 'node:fs'`,
      'server/contract/text.ts': `import { z } from 'zod'`,
      'client/main.tsx': `import { itemMax } from '../server/contract/items.ts'`,
    })
    expect(broken).toEqual([
      'server/contract/items.ts imports node:fs, but it is bundled for the browser',
      'server/contract/text.ts imports zod, but it is bundled for the browser',
    ])
  })

  it.each([
    ['process.env.PORT'],
    [`process['env'].PORT`],
    ['globalThis.process.env'],
    ['const { env } = process'],
    [`import { env } from 'node:process'`],
    [`import { env as settings } from 'process'`],
  ])('reports a second reader of the environment: %s', (text) => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': text,
    })
    expect(broken).toEqual([
      'server/services.ts reads process.env, which only server/config.ts may',
    ])
  })

  it('reports a file that no entry reaches', () => {
    expect(check({ 'server/main.ts': '', 'server/auth/old.ts': '' })).toEqual([
      'server/auth/old.ts is not reached from any entry',
    ])
  })

  it('reports a room that knows one above it, even by type, and accepts the other direction', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': `import './auth/account/export.ts'`,
      'server/auth/account/export.ts': `import '../users/users.ts'`,
      'server/auth/users/users.ts': `import type { Session } from '../sessions/sessions.ts'`,
      'server/auth/sessions/sessions.ts': '',
    })
    expect(broken).toEqual([
      'server/auth/users/users.ts imports server/auth/sessions/sessions.ts, but auth/users may not see auth/sessions',
    ])
  })

  it('reports a part of the services that knows the whole', () => {
    const broken = check({
      'server/main.ts': `import './services/compose-features.ts'`,
      'server/services/compose-features.ts': `import './parts/keys.ts'`,
      'server/services/parts/keys.ts': `import type { Services } from '../../services.ts'`,
      'server/services.ts': '',
    })
    expect(broken).toEqual([
      'server/services/parts/keys.ts imports server/services.ts, but services/parts may not see services/.',
    ])
  })

  it('asks nothing of new folders but what a feature, a top room and a component must keep', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': `import './plants/plants.ts'\nimport './auth/groups/groups.ts'`,
      'server/plants/plants.ts': `import '../db/open.ts'\nimport '../contract/plants.ts'`,
      'server/auth/groups/groups.ts': `import '../users/users.ts'`,
      'server/auth/users/users.ts': '',
      'server/db/open.ts': '',
      'server/contract/plants.ts': '',
      'client/main.tsx': `import './charts/growth.tsx'`,
      'client/charts/growth.tsx': `import '../session/session.ts'`,
      'client/session/session.ts': '',
    })
    expect(broken).toEqual([])
  })

  it('reports a new folder that is known from below', () => {
    const broken = check({
      'server/main.ts': `import './services.ts'`,
      'server/services.ts': `import './plants/plants.ts'`,
      'server/plants/plants.ts': `import '../auth/users/users.ts'`,
      'server/auth/users/users.ts': `import '../groups/groups.ts'`,
      'server/auth/groups/groups.ts': '',
    })
    expect(broken).toEqual([
      'server/auth/users/users.ts imports server/auth/groups/groups.ts, but auth/users may not see auth/groups',
      'server/plants/plants.ts imports server/auth/users/users.ts, but features may not see auth',
    ])
  })

  it('reports a file without a floor', () => {
    const broken = check({ 'server/main.ts': `import './utils.ts'`, 'server/utils.ts': '' })
    expect(broken).toEqual([
      'server/utils.ts has no floor: put it into a folder, or name it in e2e/project/architecture.ts',
    ])
  })

  it('reports an import of a file that does not exist', () => {
    expect(check({ 'server/main.ts': `import './gone.ts'` })).toEqual([
      'server/main.ts imports server/gone.ts, which does not exist',
    ])
  })

  it('does not take text in a comment, a string or JSX for an import', () => {
    const broken = check({
      'server/main.ts': `// import './a.ts'\nconst text = "import './b.ts'"\n// process.env`,
      'client/main.tsx': `const page = <p>import './c.ts'</p>`,
    })
    expect(broken).toEqual([])
  })
})
