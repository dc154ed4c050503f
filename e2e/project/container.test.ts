// The Dockerfile and compose.yaml compared with what they start: everything they name exists, and
// is intended.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../server/config.ts'

const root = new URL('../..', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** One a line, without comments. */
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '')

function wordsAfter(instruction: string): string[][] {
  return instructions
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.split(/\s+/).slice(1))
}

const copied = wordsAfter('COPY').map((words) => words.slice(0, -1))

describe('the Dockerfile', () => {
  it('uses a Node that every change is tested on', () => {
    const [, tested = ''] = /node: \[(.*)\]/.exec(read('.github/workflows/ci.yml')) ?? []
    const versions = wordsAfter('FROM').map(([image = '']) => /^node:(\d+)-slim$/.exec(image)?.[1])
    expect(new Set(versions).size).toBe(1)
    expect(tested.match(/[\d.]+/g)).toContain(versions[0])
  })

  it('copies what exists, and nothing that .dockerignore excludes', () => {
    const [first, ...lines] = read('.dockerignore')
      .split('\n')
      .filter((line) => /^[^#]/.test(line))
    expect(first).toBe('*')
    const paths = copied.filter(([word = '']) => !word.startsWith('--from=')).flat()
    expect(paths.length).toBeGreaterThan(5)
    for (const path of paths) {
      expect(existsSync(new URL(path, root)), path).toBe(true)
      expect(lines).toContain(`!${path}`)
    }
  })

  it('has all that the build is made from', () => {
    const [, list = ''] = /const sources = \[([^\]]*)\]/.exec(read('server/launch.js')) ?? []
    const sources = [...list.matchAll(/'([^']+)'/g)].map(([, source]) => source)
    expect(sources.length).toBeGreaterThan(3)
    expect(copied.flat()).toEqual(expect.arrayContaining(sources))
  })

  it('runs Node itself on the built server, as a user who cannot change it', () => {
    const [, entry = ''] = /^CMD \["node", "(\S+)"\]$/.exec(instructions.at(-1) ?? '') ?? []
    expect(existsSync(new URL(entry.replace('dist/', '').replace('.js', '.ts'), root))).toBe(true)
    expect(wordsAfter('USER')).toEqual([['node']])
    expect(instructions.some((line) => /--chown|chmod/.test(line))).toBe(false)
    expect(instructions).toContain('ENV NODE_ENV=production DATA_DIR=/data')
  })

  it('checks health at a path that answers', () => {
    const check = instructions.find((line) => line.startsWith('HEALTHCHECK')) ?? ''
    const [, path = ''] = /'(\/[a-z]+)'/.exec(check) ?? []
    expect(read('server/http/monitoring/health.ts')).toContain(`app.get('${path}'`)
    expect(check).toContain('CMD ["node", "-e"')
  })
})

describe('compose.yaml', () => {
  const compose = read('compose.yaml')
  const [, service = ''] = /^ {2}keycard:\n([\s\S]*?)^ {2}\w/m.exec(compose) ?? []
  const [, block = ''] = / {4}environment:\n((?: {6}.*\n)+)/.exec(service) ?? []
  const settings = Object.fromEntries(
    [...block.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )

  it('has a start that production does not refuse, once its three lines are filled in', () => {
    const filled = {
      DOMAIN: 'login.example.com',
      MASTER_KEY: 'hJdQx6Gt0wqF3M9zN1rYvB8cKsE5uPa2LiXo7TfZ4Rk=',
      POSTGRES_PASSWORD: '9f1c5ad0e7b3',
    }
    const env = Object.entries(settings).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{(\w+)[^}]*\}/g, (_, key: keyof typeof filled) => filled[key]),
    ])
    expect(readConfig({ NODE_ENV: 'production', ...Object.fromEntries(env) })).toMatchObject({
      publicUrl: 'https://login.example.com',
      databaseUrl: 'postgres://keycard:9f1c5ad0e7b3@postgres:5432/keycard',
      demoAccounts: false,
    })
  })

  it('names settings that exist', () => {
    const config = read('server/config.ts')
    const names = Object.keys(settings)
    expect(names.length).toBeGreaterThan(3)
    for (const name of names) expect(config).toContain(`'${name}'`)
  })

  it('holds no secret, and does not start without one', () => {
    for (const name of ['DOMAIN', 'MASTER_KEY', 'POSTGRES_PASSWORD']) {
      expect(compose).toContain(`\${${name}:?`)
      expect(compose).not.toContain(`\${${name}:-`)
    }
    expect(compose).not.toMatch(/^ *\w*(PASSWORD|KEY|SECRET)\w*: *['"]?[^$\s'"]/m)
  })

  it('trusts the balancer about addresses, and no one else', () => {
    const { TRUSTED_PROXIES: proxy } = settings
    expect(compose).toContain(`ipv4_address: ${proxy}\n`)
  })
})
