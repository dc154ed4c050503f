// Signing out, where the session is not what it was: it ends all the same.

import { expect, test } from 'vitest'
import {
  alive,
  dead,
  isAlive,
  makeHolder,
  readAuditLog,
  shareTestApp,
} from '../../testing/account-holder.ts'

const minute = 60_000

// An access token lives longer than a browser's session that is left idle.
const { app, clock } = shareTestApp('sqlite', { ACCESS_TOKEN_EXPIRE_MINUTES: '60' })

async function leaveIdle() {
  const ada = await makeHolder(app().services)
  const here = await ada.signIn('laptop')
  clock.advance(31 * minute)
  expect(await isAlive(app().services, here)).toEqual({ isRefreshed: false, isOpening: true })
  return { ada, here }
}

test('R58: the last access token of an expired session ends with its sign-out', async () => {
  const { ada, here } = await leaveIdle()
  await app().services.signOut.byRefreshToken(here.refreshToken)
  expect(await isAlive(app().services, here)).toEqual(dead)
  // The session had ended by itself: no one signed out of it.
  expect(await readAuditLog(app().services, ada.id)).not.toContain('signed_out')
})

test('R58: so it does where that token itself is given back at /revoke', async () => {
  const { here } = await leaveIdle()
  const answer = await app().app.inject({
    method: 'POST',
    url: '/revoke',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token: here.accessToken }).toString(),
  })
  expect(answer.statusCode).toBe(200)
  expect(await isAlive(app().services, here)).toEqual(dead)
})

test('a refresh token that is not one of ours ends nothing', async () => {
  const ada = await makeHolder(app().services)
  const here = await ada.signIn()
  await app().services.signOut.byRefreshToken(`${here.refreshToken.slice(0, -43)}${'A'.repeat(43)}`)
  expect(await isAlive(app().services, here)).toEqual(alive)
})
