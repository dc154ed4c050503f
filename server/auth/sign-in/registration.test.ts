// Registering: an account, a session with it, and what is revealed about taken names.

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { formatScope, scopesOfRole } from '../../contract/scopes.ts'
import type { AllServices } from '../../services.ts'
import { readAuditLog, shareTestApp, someDevice } from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'
import { openTestApp } from '../../testing/test-app.ts'
import type { Granted } from './grants/issue-tokens.ts'
import type { RegistrationRequest } from './registration.ts'

const password = 'seven quiet harbours at dawn'

function register(services: AllServices, request: Partial<RegistrationRequest>) {
  return services.register({
    username: 'ada',
    password,
    email: null,
    fullName: null,
    client: services.clients.web,
    transport: 'cookie',
    device: someDevice,
    ...request,
  })
}

/** As clients do: on a busy machine ten passwords at once may be too many to hash. */
async function registerPatiently(...request: Parameters<typeof register>): Promise<Granted> {
  for (;;) {
    try {
      return await register(...request)
    } catch (error) {
      if (!(error instanceof AppError) || error.reason !== 'overloaded') throw error
      await sleep((error.retryAfterSeconds ?? 1) * 1_000)
    }
  }
}

forEachEngine((engine) => {
  const { app } = shareTestApp(engine)

  test('a registration signs in, as a user and no more, and is logged', async () => {
    const { services } = app()
    const { tokens } = await register(services, { email: 'ada@example.com', fullName: 'Ada' })
    expect(tokens.scope).toBe(formatScope(scopesOfRole.user))
    const identity = await services.identities.authenticateToken(tokens.access_token)
    const user = await services.users.getCaller(services.identities.requireUser(identity))
    expect(user).toMatchObject({
      username: 'ada',
      email: 'ada@example.com',
      fullName: 'Ada',
      role: 'user',
      disabled: false,
    })
    expect(await services.sessions.isLive(tokens.refresh_token)).toBe(true)
    expect((await readAuditLog(services, user.id)).sort()).toEqual([
      'registered',
      'signed_in cookie',
    ])
  })

  test('of 10 who want one name at once, one gets it, and the others learn which field it is', async () => {
    const { services } = app()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        registerPatiently(services, { username: index % 2 ? 'grace' : 'GRACE' }),
      ),
    )
    const refused = outcomes.flatMap((outcome) => ('reason' in outcome ? [outcome.reason] : []))
    expect(refused).toHaveLength(9)
    for (const error of refused) {
      expect(error).toMatchObject({ reason: 'conflict', fields: [{ path: 'username' }] })
    }
  })

  test('a taken email address is reported as such', async () => {
    const { services } = app()
    await register(services, { username: 'ida', email: 'ida@example.com' })
    await expect(
      register(services, { username: 'eve', email: 'IDA@example.com' }),
    ).rejects.toMatchObject({ reason: 'conflict', fields: [{ path: 'email' }] })
    expect(await services.users.findByLogin('eve')).toBeUndefined()
  })
})

describe('what is not accepted', () => {
  const { app } = shareTestApp('sqlite')

  test('R87 to R92: every broken rule is named at once, and nothing is hashed', async () => {
    const { services } = app()
    const before = services.passwords.stats().completed
    await expect(
      register(services, { username: 'a b', email: 'nope', password: 'passwordpassword' }),
    ).rejects.toMatchObject({
      reason: 'invalid_input',
      fields: [{ path: 'username' }, { path: 'email' }, { path: 'password' }],
    })
    expect(services.passwords.stats().completed).toBe(before)
  })

  test('R111: only a request that would have made the account learns that a name is taken', async () => {
    const { services } = app()
    await register(services, { username: 'known' })
    const told = (username: string) =>
      register(services, { username, password: 'too short' }).catch((error: unknown) =>
        JSON.stringify(error, ['reason', 'message', 'fields', 'path']),
      )
    expect(await told('known')).toBe(await told('nobody'))
    await expect(register(services, { username: 'known' })).rejects.toMatchObject({
      reason: 'conflict',
    })
  })

  test('R111: an address registers as often as passwords may fail there, and then waits', async () => {
    const few = await openTestApp({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '2' } })
    onTestFinished(() => few.close())
    const from = (address: string, username: string) =>
      register(few.services, { username, device: { ...someDevice, address } })
    await from('192.0.2.7', 'one')
    await from('192.0.2.7', 'two')
    await expect(from('192.0.2.7', 'three')).rejects.toMatchObject({
      reason: 'too_many_requests',
      retryAfterSeconds: expect.any(Number),
    })
    expect(await few.services.users.findByLogin('three')).toBeUndefined()
    await from('192.0.2.8', 'three')
  })

  test.each([{ REGISTRATION: 'off' }, { PASSWORD_GRANT: 'off' }])(
    'with %j registration is refused, with the reason, before anything is checked',
    async (env) => {
      const closed = await openTestApp({ env })
      try {
        await expect(register(closed.services, { username: 'x' })).rejects.toMatchObject({
          reason: 'registration_closed',
          message: 'Registration is switched off here',
        })
      } finally {
        await closed.close()
      }
    },
  )
})
