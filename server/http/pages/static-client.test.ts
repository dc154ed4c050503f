// The server side of the pages: what it answers at which path, with which headers.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { appPages } from '../../contract/app-pages.ts'
import { mailPageMarks } from '../../contract/pages/mail-page.ts'
import { refusalMarks } from '../../contract/pages/refusal-page.ts'
import { registerSlotMarks } from '../../contract/pages/register-slots.ts'
import { slotMarks } from '../../contract/pages/sign-in-slots.ts'
import { homePath } from '../../contract/pages.ts'
import { addSecurityHeaders, createSecurityHeaders } from '../security-headers.ts'
import { readClientBuild } from './client-build.ts'
import { serveStaticClient } from './static-client.ts'

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const script = 'console.log("app")'

let directory: string
let app: FastifyInstance | undefined

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'keycard-client-'))
  const write = (name: string, content: string | Buffer) =>
    writeFileSync(path.join(directory, name), content)
  mkdirSync(path.join(directory, 'assets'))
  write('index.html', '<!doctype html><title>The app</title><noscript><p>Scripts</p></noscript>')
  write('refusal.html', `<style>b{}</style>${Object.values(refusalMarks).join('|')}`)
  write('login.html', `<style>a{}</style>${Object.values(slotMarks).join('|')}`)
  write('register.html', `<style>b{}</style>${Object.values(registerSlotMarks).join('|')}`)
  write('mail.html', `<style>m{}</style>${Object.values(mailPageMarks).join('|')}`)
  write('languages.json', '["en"]')
  write('secret.txt', 'not an asset')
  write('assets/app-1234.js', script)
  write('assets/app-1234.js.gz', gzipSync(script))
})

afterAll(() => rmSync(directory, { recursive: true }))
afterEach(() => app?.close())

interface Situation {
  signedIn?: boolean | 'unknown'
  built?: boolean
  registration?: boolean
}

async function startApp({ signedIn = false, built = true, registration = true }: Situation = {}) {
  app = Fastify()
  const build = await readClientBuild({
    directory: built ? directory : path.join(directory, 'nowhere'),
    registration,
  })
  addSecurityHeaders(
    app,
    createSecurityHeaders({
      publicUrl: 'https://keycard.example',
      styleHashes: build ? [build.english.loginPage.styleHash] : [],
    }),
  )
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not Found' }))
  const config = {
    registration,
    passwordMinLength: 20,
    publicUrl: 'https://keycard.example',
    cookieSecure: true,
  }
  const isSignedIn = async () => (signedIn === 'unknown' ? undefined : signedIn)
  const keepsCookie = ({ headers }: FastifyRequest) => headers.cookie !== undefined
  const pages: { path: `/${string}` }[] = [
    ...Object.values(appPages),
    { path: '/plants/:id/leaves' },
  ]
  await serveStaticClient(app, { build, pages, isSignedIn, keepsCookie, config })
  return app
}

describe('pages', () => {
  it.each(['/sessions', '/account', '/users', '/plants/7%20a/leaves'])(
    'answers the app at %s',
    async (url) => {
      const reply = await (await startApp()).inject({ url, headers: browser })
      expect(reply.statusCode).toBe(200)
      expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(reply.headers['cache-control']).toBe('no-cache')
      expect(reply.body).toContain('The app')
    },
  )

  it('answers the sign-in page with a safe return path and the reason for it', async () => {
    const reply = await (await startApp()).inject({
      url: '/login?next=/account&reason=expired',
      headers: browser,
    })
    expect(reply.statusCode).toBe(200)
    expect(reply.headers['cache-control']).toBe('no-cache')
    expect(reply.body).toContain('|expired|')
    expect(reply.body).toContain('|/account|')
  })

  it.each([
    '/login?next=//evil.example',
    '/login?next=%2F%5Cevil.example',
    '/login?next=/account&next=/users',
    '/login?next[a]=b&reason=x&reason=expired',
  ])('R75: makes a hostile next harmless: %s', async (url) => {
    const reply = await (await startApp()).inject({ url, headers: browser })
    expect(reply.statusCode).toBe(200)
    expect(reply.body).toContain('|idle|')
    expect(reply.body).toContain(`|${homePath}|`)
  })

  it('20, 25. answers the registration page with a safe return path and the rule for passwords', async () => {
    const server = await startApp()
    const reply = await server.inject({ url: '/register?next=/account', headers: browser })
    expect(reply.statusCode).toBe(200)
    expect(reply.body).toContain('|idle|Ready|')
    expect(reply.body).toContain('|/account|/login?next=%2Faccount|')
    expect(reply.body).toContain('|20 characters or more. Spaces are fine;')
    const hostile = await server.inject({ url: '/register?next=//evil.example', headers: browser })
    expect(hostile.body).toContain(`|${homePath}|/login?next=${encodeURIComponent(homePath)}|`)
  })

  it('with REGISTRATION=off says that registration is closed', async () => {
    const server = await startApp({ registration: false })
    const reply = await server.inject({ url: '/register', headers: browser })
    expect(reply.statusCode).toBe(403)
    expect(reply.body).toContain('|closed|Locked|')
    expect(reply.body).toContain('|Registration is closed. Ask an admin for an account.|')
  })

  it('compresses a page where the client accepts it', async () => {
    const server = await startApp()
    const gzipped = await server.inject({
      url: '/account',
      headers: { ...browser, 'accept-encoding': 'br, gzip' },
    })
    expect(gzipped.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzipped.rawPayload).toString()).toContain('The app')
    const refused = await server.inject({
      url: '/account',
      headers: { ...browser, 'accept-encoding': 'gzip;q=0, br' },
    })
    expect(refused.headers['content-encoding']).toBeUndefined()
  })

  it('redirects signed-in users to next, and from / to the app’s first page', async () => {
    const server = await startApp({ signedIn: true })
    const login = await server.inject({ url: '/login?next=/users', headers: browser })
    expect([login.statusCode, login.headers.location]).toEqual([303, '/users'])
    const register = await server.inject({ url: '/register?next=/users', headers: browser })
    expect([register.statusCode, register.headers.location]).toEqual([303, '/users'])
    const home = await server.inject({ url: '/', headers: browser })
    expect([home.statusCode, home.headers.location]).toEqual([303, homePath])
    expect(home.headers['cache-control']).toBe('no-store')
  })

  describe('for a browser that has signed in and kept no cookie', () => {
    const sentence =
      'This browser blocked the sign-in cookie. Open https://keycard.example, allow cookies there, and sign in again.'
    const fromForm = { ...browser, host: 'keycard.example' }

    it('says so on the sign-in page', async () => {
      const server = await startApp()
      const reply = await server.inject({ url: '/login?reason=no-cookie', headers: browser })
      expect(reply.body).toContain(`|fault|Ready|bad|${sentence}|`)
    })

    it('says so without scripts, on the page that the form has led to', async () => {
      const server = await startApp()
      for (const form of ['login?next=/account', 'register']) {
        const headers = { ...fromForm, referer: `https://keycard.example/${form}` }
        const reply = await server.inject({ url: '/account', headers })
        expect(reply.body).toContain(`<noscript><p>${sentence}</p><p>Scripts</p></noscript>`)
      }
    })

    it.each([
      ['the cookie is there', { cookie: 'a=b', referer: 'https://keycard.example/login' }],
      ['another page led there', { referer: 'https://keycard.example/account' }],
      ['another site led there', { referer: 'https://evil.example/login' }],
      ['the referrer is not an address', { referer: '/login' }],
      ['nothing led there', {}],
    ])('says nothing of it where %s', async (_what, headers) => {
      const server = await startApp()
      const reply = await server.inject({ url: '/account', headers: { ...fromForm, ...headers } })
      expect(reply.body).toContain('<noscript><p>Scripts</p></noscript>')
    })
  })

  it('still shows pages while the database cannot say who is signed in', async () => {
    const server = await startApp({ signedIn: 'unknown' })
    for (const url of ['/login', '/register']) {
      expect((await server.inject({ url, headers: browser })).statusCode).toBe(200)
    }
    const home = await server.inject({ url: '/', headers: browser })
    expect([home.statusCode, home.headers.location]).toEqual([303, homePath])
  })

  it('redirects others from / to the sign-in page, unless the cookie cannot have been sent', async () => {
    const server = await startApp()
    const home = await server.inject({ url: '/', headers: browser })
    expect([home.statusCode, home.headers.location]).toEqual([303, '/login'])
    const linked = await server.inject({
      url: '/',
      headers: { ...browser, 'sec-fetch-site': 'cross-site' },
    })
    expect(linked.statusCode).toBe(200)
    expect(linked.body).toContain('The app')
  })

  it('says in one sentence that nothing is built', async () => {
    const server = await startApp({ built: false })
    for (const url of ['/login', '/register', '/account']) {
      const reply = await server.inject({ url, headers: browser })
      expect(reply.statusCode).toBe(503)
      expect(reply.body).toBe('The pages are not built. Run `npm run build` and start again.\n')
    }
  })
})

describe('R77: any other path is left to the not-found handler', () => {
  it.each([
    '/nothing',
    '/api/nothing',
    '/.well-known/nothing',
    '/assets/',
    '/assets/app-0000.js',
    '/assets/app-1234.js.gz',
    '/assets/../index.html',
    '/assets/..%2fsecret.txt',
    '/assets/..%5csecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets//app-1234.js',
    '/assets/app-1234.js;x',
    '/assets/app-1234.js%00',
    '/index.html',
    '/login.html',
    '/register.html',
    '/secret.txt',
    '//account',
    '/account/../../etc/passwd',
    '/account;x',
    '/account%2F',
    '/account/x',
    '/plants/7',
    '/plants//leaves',
    '/%2Fitems',
  ])('%s', async (url) => {
    const reply = await (await startApp()).inject({ url, headers: browser })
    expect(reply.statusCode).toBe(404)
    expect(reply.json()).toEqual({ detail: 'Not Found' })
  })

  it('and so are the pages themselves where JSON is asked for', async () => {
    const server = await startApp()
    for (const url of ['/', '/login', '/account']) {
      const reply = await server.inject({ url, headers: { accept: 'application/json' } })
      expect(reply.statusCode).toBe(404)
    }
  })

  it('and every method except GET and HEAD', async () => {
    const server = await startApp()
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      expect((await server.inject({ method, url: '/account', headers: browser })).statusCode).toBe(
        404,
      )
    }
    expect((await server.inject({ method: 'HEAD', url: '/account' })).statusCode).toBe(200)
  })
})

describe('assets', () => {
  it('are cached for good, and compressed where the client accepts it', async () => {
    const server = await startApp()
    const plain = await server.inject({ url: '/assets/app-1234.js' })
    expect(plain.body).toBe(script)
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const zipped = await server.inject({
      url: '/assets/app-1234.js',
      headers: { 'accept-encoding': 'gzip' },
    })
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(zipped.headers['content-type']).toBe(plain.headers['content-type'])
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(script)
  })
})

describe('R74: security headers', () => {
  it('are on pages, assets and errors alike', async () => {
    const server = await startApp()
    for (const url of ['/login', '/account', '/assets/app-1234.js', '/nothing']) {
      const { headers } = await server.inject({ url, headers: browser })
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': 'max-age=63072000',
      })
      const policy = String(headers['content-security-policy']).split('; ')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy.find((directive) => directive.startsWith('style-src'))).toMatch(
        /^style-src 'self' 'sha256-[\w+/]{43}='$/,
      )
      for (const name of ['object-src', 'base-uri', 'frame-ancestors', 'trusted-types']) {
        expect(policy).toContain(`${name} 'none'`)
      }
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy.join()).not.toContain('unsafe')
    }
  })

  it('stop data that is opened as a page from doing anything', async () => {
    app = Fastify()
    addSecurityHeaders(
      app,
      createSecurityHeaders({ publicUrl: 'https://login.example.com', styleHashes: [] }),
    )
    for (const url of ['/trpc/protected', '/api/users/me']) {
      expect((await app.inject({ url })).headers).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': 'max-age=63072000',
      })
    }
  })

  it('leave Strict-Transport-Security out over plain http', async () => {
    app = Fastify()
    addSecurityHeaders(
      app,
      createSecurityHeaders({ publicUrl: 'http://localhost:3000', styleHashes: [] }),
    )
    const { headers } = await app.inject({ url: '/' })
    expect(headers['strict-transport-security']).toBeUndefined()
  })
})
