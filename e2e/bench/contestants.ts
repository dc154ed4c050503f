// What is measured: Keycard, and what people would otherwise use, each in a process of its own.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../support/keycard-process.ts'
import { findFreePort } from '../support/test-server.ts'
import type { Target } from './load.ts'

export interface Contestant {
  name: string
  pid: number
  target: Target
  /** How many procedures one request calls. */
  calls: number
}

export interface Field {
  contestants: readonly Contestant[]
  /** Sentences about those that could not take part. */
  absent: readonly string[]
  stop(): Promise<void>
}

const peersFolder = fileURLToPath(new URL('peers/', import.meta.url))

export const peerNames = {
  bare: 'bare Fastify route, no token',
  trpc: 'tRPC’s own Fastify adapter + jose',
  express: 'Express + passport-jwt',
  fastify: 'Fastify + @fastify/jwt',
  hono: 'Hono + hono/jwt',
  fastapi: 'FastAPI, GET /users/me',
} as const

const peers = [
  { name: peerNames.bare, file: 'bare-fastify.mjs', path: '/identity' },
  { name: peerNames.trpc, file: 'stock-trpc.mjs', path: '/trpc/identity' },
  { name: peerNames.express, file: 'express-passport.mjs', path: '/identity' },
  { name: peerNames.fastify, file: 'fastify-jwt.mjs', path: '/identity' },
  { name: peerNames.hono, file: 'hono-jwt.mjs', path: '/identity' },
]

export async function startField(): Promise<Field> {
  const running: ChildProcess[] = []
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-bench-'))
  const stop = async () => {
    for (const child of running) child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const contestants: Contestant[] = []
    for (const { name, file, path } of peers) {
      const port = await findFreePort()
      const child = spawn(process.execPath, [join(peersFolder, file), String(port)])
      running.push(child)
      const [, token = ''] = (await readLine(child)).split(' ')
      contestants.push(describe(name, child, { port, path, token }))
    }
    const fastapi = await startFastapi()
    if (fastapi) {
      running.push(fastapi.child)
      contestants.push(describe(peerNames.fastapi, fastapi.child, fastapi))
    }
    const keycard = await startServer({ DATA_DIR: dataDir })
    running.push(keycard.process)
    return {
      contestants: [...contestants, ...(await describeKeycard(keycard.process, keycard.url))],
      absent: fastapi ? [] : [fastapiIsMissing],
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function describe(
  name: string,
  child: ChildProcess,
  { port, path, token }: { port: number; path: string; token: string },
): Contestant {
  const headers = { Authorization: `Bearer ${token}` }
  return { name, pid: child.pid ?? 0, target: { port, path, headers }, calls: 1 }
}

async function describeKeycard(child: ChildProcess, url: string): Promise<Contestant[]> {
  const token = await signIn(url)
  const port = Number(new URL(url).port)
  const ofKeycard = (name: string, path: string, calls = 1): Contestant => ({
    ...describe(`Keycard, ${name}`, child, { port, path, token }),
    calls,
  })
  const ten = Array(10).fill('identity').join(',')
  return [
    ofKeycard('tRPC query', '/trpc/identity'),
    ofKeycard('batch of 10 queries', `/trpc/${ten}?batch=1&input=%7B%7D`, 10),
    ofKeycard('REST twin', '/api/identity'),
    ofKeycard('tRPC query, a row read', '/trpc/users.me'),
  ]
}

async function signIn(url: string): Promise<string> {
  const body = new URLSearchParams({ username: 'johndoe', password: 'secret' })
  const answer = await fetch(`${url}/token`, { method: 'POST', body })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

const fastapiIsMissing =
  'FastAPI is not measured: it is not installed (on Debian, as root: npm run bench -- --install).'

/** Debian's own Python knows Debian's packages, whichever Python comes first in the path. */
export function findPython(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import fastapi, uvicorn, jwt']).status === 0,
  )
}

async function startFastapi() {
  const python = findPython()
  if (python === undefined) return undefined
  const { claims, makeToken, secret } = await import('./peers/common.mjs')
  const port = await findFreePort()
  const options = ['--port', String(port), '--log-level', 'warning', '--no-access-log']
  const child = spawn(python, ['-m', 'uvicorn', 'fastapi_app:app', ...options], {
    cwd: peersFolder,
    env: {
      ...process.env,
      BENCH_SECRET: secret,
      BENCH_USER: claims.sub,
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const target = { port, path: '/users/me', token: makeToken() }
  await waitUntilAnswering(`http://127.0.0.1:${port}/openapi.json`)
  return { child, ...target }
}

async function waitUntilAnswering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} does not answer`)
}

async function readLine(child: ChildProcess): Promise<string> {
  let complaint = ''
  child.stderr?.on('data', (chunk) => (complaint += String(chunk)))
  for await (const chunk of child.stdout ?? []) return String(chunk).trim()
  throw new Error(`a contestant did not start: ${complaint}`)
}
