// The demo accounts: there for a first try, never in production.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { formatScope, scopesOfRole } from '../../contract/scopes.ts'
import { createServices, type Services } from '../../services.ts'
import { StartError } from '../../settings/start-error.ts'
import { operator } from '../../testing/operator.ts'
import { cheapestBcryptCost } from '../../testing/test-app.ts'
import { demoAccounts } from './demo-accounts.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keycard-demo-'))
  return () => rmSync(dataDir, { recursive: true })
})

/** A start on the same data folder each time, like starts one after the other on one machine. */
async function start(env: Record<string, string> = {}): Promise<Services> {
  const services = await createServices(
    readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env }),
    { bcryptCost: cheapestBcryptCost },
  )
  onTestFinished(() => services.close())
  return services
}

const production = { NODE_ENV: 'production', PUBLIC_URL: 'http://localhost:3000' }
const password = 'four unrelated words here'

async function usernames({ userDirectory }: Services): Promise<string[]> {
  const everybody = { page: 1, perPage: 100, search: '', sort: 'username', order: 'asc' } as const
  return (await userDirectory.list(everybody)).users.map(({ username }) => username)
}

test('the first start makes johndoe, alice (disabled) and an admin', async () => {
  const { users, passwords } = await start()
  const johndoe = await users.findByLogin('johndoe')
  expect(johndoe).toMatchObject({
    email: 'johndoe@example.com',
    fullName: 'John Doe',
    role: 'user',
    disabled: false,
    isDemo: true,
  })
  expect(await passwords.verify('secret', johndoe?.password)).toMatchObject({ ok: true })
  expect(await users.findByLogin('alice')).toMatchObject({ disabled: true, isDemo: true })
  expect(await users.findByLogin('admin')).toMatchObject({ role: 'admin', isDemo: true })
})

test('a later start leaves what was changed about them, and makes none twice', async () => {
  const first = await start()
  const johndoe = await first.users.findByLogin('johndoe')
  await first.userAdministration.disable(johndoe?.id ?? '', operator)
  await first.close()
  const second = await start()
  expect(await usernames(second)).toEqual(['admin', 'alice', 'johndoe'])
  expect(await second.users.findByLogin('johndoe')).toMatchObject({ disabled: true })
})

test('two first starts at the same time make them once', async () => {
  const [one] = await Promise.all([start(), start()])
  expect(await usernames(one)).toEqual(['admin', 'alice', 'johndoe'])
})

test('DEMO_ACCOUNTS=off makes none, and so does production', async () => {
  expect(await usernames(await start({ DEMO_ACCOUNTS: 'off' }))).toEqual([])
  expect(await usernames(await start(production))).toEqual([])
})

test('production does not start while an account has its demo password', async () => {
  await (await start()).close()
  const error = await start(production).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StartError)
  expect((error as StartError).message).toMatch(
    /^The account johndoe still has its demo password, which everybody knows\. .*DATABASE_URL or DATA_DIR/,
  )
})

test('production starts once every demo password is another', async () => {
  const { users, passwords, close } = await start()
  for (const { username } of demoAccounts) {
    const user = await users.findByLogin(username)
    if (user) await users.replacePassword(user.id, user.password, await passwords.hash(password))
  }
  await close()
  const { passwordGrant, clients } = await start(production)
  const { tokens } = await passwordGrant({
    username: 'johndoe',
    password,
    scope: undefined,
    client: clients.web,
    transport: 'bearer',
    device: { address: null, userAgent: null },
  })
  expect(tokens.scope).toBe(formatScope(scopesOfRole.user))
})
