// Reads the imports of sources and reports those that break the rule of the floors and rooms.

import { posix } from 'node:path'
import { parseSync, Visitor } from 'vite'

/** Source text by its path from the repository's root, with slashes: `server/db/open.ts`. */
export type Sources = ReadonlyMap<string, string>

export interface Floor {
  name: string
  /** Which files stand on this floor. */
  holds: RegExp
  /** Floors that this one may import from, besides itself. */
  imports: readonly string[]
  /** Floors whose types alone it may name: `import type`. */
  importsTypes?: readonly string[]
  /**
   * Its folders from the bottom up, `.` for its own files; a file that stands above them by its
   * name. Each may import from those before it. A folder that is not named stands on top of all.
   */
  rooms?: readonly string[]
}

/**
 * The house, from the top floor down. A file stands on the first floor that holds it. What answers
 * requests (oauth, trpc, http, web) sees the rules only through `services`, so what lies below
 * services gives it types and nothing else.
 */
export const floors: readonly Floor[] = [
  // launch.js starts the built server by its path, so that it runs before anything is built.
  { name: 'launch', holds: /^server\/launch(\.js$|\/)/, imports: ['settings'] },
  {
    name: 'main',
    holds: /^server\/(main|cli|embed|welcome|end-on-signal)\.ts$/,
    imports: ['app', 'http', 'commands', 'web', 'services', 'config', 'contract', 'settings'],
    importsTypes: ['auth', 'features', 'db'],
  },
  {
    name: 'app',
    holds: /^server\/app\.ts$/,
    imports: ['http', 'oauth', 'trpc', 'web', 'services', 'contract', 'settings'],
    importsTypes: ['config'],
  },
  {
    name: 'commands',
    holds: /^server\/commands\//,
    imports: ['services', 'contract', 'settings'],
    importsTypes: ['auth', 'features', 'config'],
    rooms: ['terminal', '.'],
  },
  {
    name: 'http',
    holds: /^server\/http\//,
    imports: ['oauth', 'trpc', 'web', 'services', 'contract', 'settings'],
    importsTypes: ['auth', 'features', 'config'],
    rooms: ['.', 'html', 'refusals', 'pages', 'monitoring', 'rest', 'openapi', 'trpc'],
  },
  {
    name: 'oauth',
    holds: /^server\/oauth\//,
    imports: ['web', 'services', 'contract'],
    importsTypes: ['auth', 'config'],
  },
  {
    name: 'trpc',
    holds: /^server\/trpc\//,
    imports: ['web', 'services', 'contract'],
    importsTypes: ['auth', 'features', 'config'],
  },
  {
    name: 'web',
    holds: /^server\/web\//,
    imports: ['services', 'contract'],
    importsTypes: ['auth', 'config'],
  },
  {
    name: 'services',
    holds: /^server\/(services\.ts$|services\/|restore\.ts$)/,
    imports: ['auth', 'features', 'db', 'contract', 'settings'],
    importsTypes: ['config'],
    // A part knows the parts before it, and never the whole.
    rooms: ['parts', '.'],
  },
  {
    name: 'auth',
    holds: /^server\/auth\//,
    imports: ['db', 'contract', 'settings'],
    importsTypes: ['config'],
    rooms: [
      ...['secrets', 'audit', 'keys', 'passwords', 'devices', 'mail', 'users', 'throttle'],
      ...['tokens', 'passkeys', 'sessions', 'clients', 'sign-in', 'account', 'admin'],
    ],
  },
  {
    name: 'db',
    holds: /^server\/db\//,
    imports: ['contract', 'settings'],
    importsTypes: ['config'],
    rooms: ['.', 'writes', 'migrations', 'sqlite', 'postgres', 'open.ts', 'changes', 'health'],
  },
  { name: 'config', holds: /^server\/config\.ts$/, imports: ['settings', 'contract'] },
  { name: 'settings', holds: /^server\/settings\//, imports: [] },
  { name: 'contract', holds: /^server\/contract\//, imports: [], rooms: ['.', 'pages'] },
  // Runs while building, in Node: outside of the house that it makes.
  {
    name: 'build',
    holds: /^(vite\.(server\.)?config\.ts|(client|server)\/build\/)/,
    imports: ['config', 'settings', 'contract'],
    importsTypes: ['pages'],
  },
  // What a builder adds beside `items`: it owns tables, and knows nothing of signing in.
  {
    name: 'features',
    holds: /^server\/[\w-]+\//,
    imports: ['db', 'contract', 'settings'],
    importsTypes: ['config'],
  },

  {
    name: 'entries',
    holds: /^client\/(main\.tsx|login\.tsx|register\.tsx|after-paint\.ts)$/,
    imports: ['routes', 'pages', 'components', 'api', 'session', 'strings', 'contract'],
  },
  {
    name: 'routes',
    holds: /^client\/routes\.tsx$/,
    imports: ['pages', 'components', 'api', 'session', 'strings', 'contract'],
  },
  {
    name: 'pages',
    holds: /^client\/pages\//,
    imports: ['components', 'api', 'session', 'strings', 'contract'],
  },
  {
    name: 'api',
    holds: /^client\/api\//,
    imports: ['session', 'strings', 'contract'],
    rooms: ['.', 'streams', 'trpc.ts', 'api-provider.tsx'],
  },
  { name: 'session', holds: /^client\/session\//, imports: ['strings', 'contract'] },
  { name: 'strings', holds: /^client\/strings\//, imports: ['contract'] },
  // The browser's last: a folder that is not named above counts as one of components.
  {
    name: 'components',
    holds: /^client\/[\w-]+\//,
    imports: ['api', 'session', 'strings', 'contract'],
    rooms: ['.', 'forms', 'shell'],
  },
]

/** Where a run begins: every other file must be reachable from one of these. */
export const entries = [
  'server/launch.js',
  'server/main.ts',
  'server/cli.ts',
  'server/embed.ts',
  'client/main.tsx',
  'client/login.tsx',
  'client/register.tsx',
  'client/after-paint.ts',
  // The compiler's, for every element: `jsxImportSource`.
  'client/jsx/jsx-runtime.ts',
  'client/jsx/jsx-dev-runtime.ts',
  'vite.config.ts',
  'vite.server.config.ts',
] as const

/** Where what is bundled for the browser begins. */
const browserEntries = ['client/main.tsx', 'client/login.tsx', 'client/register.tsx'] as const

/** The only files that may read the environment. */
const environmentReaders = new Set(['server/config.ts', 'server/launch.js'])

/** The one file above the contract that the client may know, and only its type. */
const routerFile = 'server/trpc/router.ts'

export interface Import {
  from: string
  /** The imported file's path, or the package's name. */
  to: string
  isPackage: boolean
  /** Erased before it runs: `import type`. */
  isType: boolean
}

interface ParsedSource {
  imports: Import[]
  readsEnvironment: boolean
}

/** One sentence for each broken rule, in the order of the files; none where all is well. */
export function findBrokenRules(sources: Sources): string[] {
  const parsed = new Map([...sources].map(([path, text]) => [path, parseSource(path, text)]))
  const imports = [...parsed.values()].flatMap((source) => source.imports)
  return [
    ...[...sources.keys()].filter((path) => floorOf(path) === undefined).map(sayHomeless),
    ...imports.flatMap((arrow) => checkArrow(arrow, sources)),
    ...findBrowserOutsiders(imports),
    ...findCycles(imports),
    ...findUnreachable(imports, [...sources.keys()]),
    ...[...parsed]
      .filter(([path, source]) => source.readsEnvironment && !environmentReaders.has(path))
      .map(([path]) => `${path} reads process.env, which only server/config.ts may`),
  ]
}

/** Every import of one of the sources by another. */
export function listImports(sources: Sources): Import[] {
  const imports = [...sources].flatMap(([path, text]) => parseSource(path, text).imports)
  return imports.filter(({ to, isPackage }) => !isPackage && sources.has(to))
}

export function floorOf(path: string): Floor | undefined {
  return floors.find((floor) => floor.holds.test(path))
}

function sayHomeless(path: string): string {
  return `${path} has no floor: put it into a folder, or name it in e2e/project/architecture.ts`
}

function checkArrow(arrow: Import, sources: Sources): string[] {
  if (arrow.isPackage) return []
  if (!sources.has(arrow.to)) {
    // Styles, pages and pictures are the bundler's; missing code is a broken arrow.
    return /\.(ts|tsx|js)$/.test(arrow.to) ? [`${sayArrow(arrow)}, which does not exist`] : []
  }
  if (arrow.from.startsWith('client/') && arrow.to === routerFile) {
    return arrow.isType ? [] : [`${sayArrow(arrow)}: the client may know the router's type only`]
  }
  const from = floorOf(arrow.from)
  const to = floorOf(arrow.to)
  if (from === undefined || to === undefined) return []
  if (from === to) return checkRooms(arrow, from)
  if (from.imports.includes(to.name)) return []
  if (from.importsTypes?.includes(to.name)) {
    return arrow.isType ? [] : [`${sayArrow(arrow)}: only its types may be imported`]
  }
  return [`${sayArrow(arrow)}, but ${from.name} may not see ${to.name}`]
}

/**
 * Within a floor. Its list of features names rooms that are not named here, and is named from
 * below.
 */
function checkRooms(arrow: Import, { name, rooms }: Floor): string[] {
  if (rooms === undefined || /^[^/]+\/[^/]+\/features\.ts$/.test(arrow.from)) return []
  const from = roomOf(arrow.from, rooms)
  const to = roomOf(arrow.to, rooms)
  if (from.name === to.name || from.level > to.level) return []
  return [`${sayArrow(arrow)}, but ${name}/${from.name} may not see ${name}/${to.name}`]
}

export function roomOf(path: string, rooms: readonly string[]): { name: string; level: number } {
  const [, , first = '', ...rest] = path.split('/')
  const folder = rest.length > 0 ? first : '.'
  const name = rest.length === 0 && rooms.includes(first) ? first : folder
  const level = rooms.indexOf(name)
  return { name, level: level < 0 ? rooms.length : level }
}

function sayArrow(arrow: Import): string {
  return `${arrow.from} imports ${arrow.to}`
}

/** zod and Node's own modules stay out of the bundle, however long the way to them is. */
function findBrowserOutsiders(imports: readonly Import[]): string[] {
  const values = imports.filter((arrow) => !arrow.isType)
  const bundled = reachFrom(browserEntries, values)
  return values
    .filter((arrow) => arrow.isPackage && bundled.has(arrow.from))
    .filter((arrow) => arrow.to === 'zod' || arrow.to.startsWith('node:'))
    .map((arrow) => `${sayArrow(arrow)}, but it is bundled for the browser`)
}

function findUnreachable(imports: readonly Import[], paths: readonly string[]): string[] {
  const reached = reachFrom(entries, imports)
  return paths
    .filter((path) => !reached.has(path))
    .map((path) => `${path} is not reached from any entry`)
}

function reachFrom(starts: readonly string[], imports: readonly Import[]): Set<string> {
  const reached = new Set(starts)
  // A Set's iteration also visits what is added while it runs.
  for (const path of reached) {
    for (const arrow of imports) {
      if (arrow.from === path && !arrow.isPackage) reached.add(arrow.to)
    }
  }
  return reached
}

/** Each cycle once, said from its first file by name; a cycle of types is a cycle too. */
function findCycles(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to, isPackage } of imports) {
    if (!isPackage) targets.set(from, [...(targets.get(from) ?? []), to])
  }
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.add(sayCycle(trail.slice(start)))
    if (start >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return [...found].sort()
}

function sayCycle(ring: readonly string[]): string {
  const first = ring.indexOf([...ring].sort()[0] ?? '')
  const turned = [...ring.slice(first), ...ring.slice(0, first)]
  return `${[...turned, turned[0]].join(' → ')} is a cycle`
}

/** Parsed by the bundler's own parser: strings, comments and JSX that look like imports are not. */
function parseSource(path: string, text: string): ParsedSource {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const imports: Import[] = []
  let readsEnvironment = false
  const add = (specifier: string, isType: boolean): void => {
    imports.push({ from: path, isType, ...resolve(path, specifier) })
  }
  new Visitor({
    ImportDeclaration: (node) => {
      add(node.source.value, node.importKind === 'type')
      const isProcess = /^(node:)?process$/.test(node.source.value)
      const names = node.specifiers.map((specifier) => text.slice(specifier.start, specifier.end))
      if (isProcess && names.some((name) => /^(env|loadEnvFile)\b/.test(name)))
        readsEnvironment = true
    },
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.source.value, node.exportKind === 'type')
    },
    TSImportType: (node) => add(node.source.value, true),
    ImportExpression: (node) => {
      if (isText(node.source)) add(node.source.value, false)
    },
    // A thread's file: `new URL('./password-worker.js', import.meta.url)`.
    NewExpression: (node) => {
      const [target] = node.arguments
      const isUrl = node.callee.type === 'Identifier' && node.callee.name === 'URL'
      if (isUrl && target && isText(target) && /^\.{1,2}\/.*\.[jt]sx?$/.test(target.value)) {
        add(target.value, false)
      }
    },
    MemberExpression: (node) => {
      const object = text.slice(node.object.start, node.object.end)
      const property = text.slice(node.property.start, node.property.end)
      if (/(^|\.)process$/.test(object) && /^(env|'env'|"env")$/.test(property)) {
        readsEnvironment = true
      }
    },
    VariableDeclarator: (node) => {
      const takesEnv = /\benv\b/.test(text.slice(node.id.start, node.id.end))
      const fromProcess = node.init?.type === 'Identifier' && node.init.name === 'process'
      if (takesEnv && fromProcess) readsEnvironment = true
    },
  }).visit(program)
  return { imports, readsEnvironment }
}

function isText(node: { type: string }): node is { type: 'Literal'; value: string } {
  return node.type === 'Literal' && 'value' in node && typeof node.value === 'string'
}

function resolve(from: string, specifier: string): Pick<Import, 'to' | 'isPackage'> {
  if (!specifier.startsWith('.')) return { to: specifier, isPackage: true }
  const path = specifier.replace(/\?.*$/, '')
  return { to: posix.join(posix.dirname(from), path), isPackage: false }
}
