// A forgotten password: the mail, its link, and what a new password ends.

import { afterAll, expect, test } from 'vitest'
import type { Device } from '../../contract/device.ts'
import { makeHolder, readAuditLog, shareTestApp, someDevice } from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'
import { linkOf, type ReceivedMail, startSmtpServer } from '../../testing/smtp-server.ts'
import { lookUpWithinMs } from './password-reset.ts'

const smtp = await startSmtpServer()
afterAll(() => smtp.close())

const newPassword = 'nine slow trams at midnight'
const linkGone = { reason: 'not_found' }

let places = 0
/** From another address each time: only the test of the limits has one in common. */
function somewhere(): Device {
  places += 1
  return { ...someDevice, address: `198.51.100.${places}` }
}

const tokenOf = ({ text }: ReceivedMail) => linkOf(text).replace('/mail/', '')

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine, { MAIL_URL: smtp.url })
  const reset = () => app().services.passwordReset

  /** The account is looked up seconds later: here, at once. */
  async function ask(login: string, device = somewhere()): Promise<void> {
    await reset().ask({ login, device })
    clock.advance(lookUpWithinMs)
    app().services.mailDelivery?.wake()
  }

  const mailsTo = (username: string) =>
    smtp.mails.filter(({ to }) => to.includes(`${username}@example.com`))

  /** The newest of so many mails to the user, once they have come. */
  async function waitForMail(username: string, count = 1): Promise<ReceivedMail> {
    await expect.poll(() => mailsTo(username).length).toBe(count)
    return mailsTo(username).at(-1) as ReceivedMail
  }

  /** Until nothing waits any more. */
  const settled = () =>
    expect.poll(async () => (await app().services.outbox.count()).waiting).toBe(0)

  async function askFor(username: string, count = 1): Promise<string> {
    await ask(username)
    return tokenOf(await waitForMail(username, count))
  }

  const choose = (token: string, password = newPassword) =>
    reset().choosePassword({ token, newPassword: password, device: someDevice })

  test('R98: the link of a mail sets a new password once, ends every session, and signs nobody in', async () => {
    const { services } = app()
    const ada = await makeHolder(services)
    const sessions = [await ada.signIn(), await ada.signIn('laptop')]
    const token = await askFor(`${ada.username}@EXAMPLE.com`.toLowerCase().split('@')[0] ?? '')
    expect(mailsTo(ada.username)[0]?.header('subject')).toBe('Choose a new Keycard password')
    expect(await reset().findLink(token)).toEqual({ purpose: 'reset', username: ada.username })
    // Control: nothing has happened yet.
    expect(await ada.opensWith(ada.password)).toBe(true)

    await choose(token)
    expect(await ada.opensWith(newPassword)).toBe(true)
    expect(await ada.opensWith(ada.password)).toBe(false)
    for (const { accessToken } of sessions) {
      await expect(services.identities.authenticateToken(accessToken)).rejects.toMatchObject({
        reason: 'invalid_token',
      })
    }
    await expect(choose(token, 'twelve red lanterns in a row')).rejects.toMatchObject(linkGone)
    expect(await ada.opensWith(newPassword)).toBe(true)
    expect(await readAuditLog(services, ada.id)).toEqual(
      expect.arrayContaining(['password_reset_requested', 'password_reset']),
    )
    const notice = await waitForMail(ada.username, 2)
    expect(notice.header('subject')).toBe('Your Keycard password was changed')
    expect(notice.text).toContain('Device: Linux\nIP address: 192.0.2.7')
  })

  test('of two uses of one link at once one succeeds', async () => {
    const ada = await makeHolder(app().services)
    const token = await askFor(ada.username)
    const passwords = [newPassword, 'twelve red lanterns in a row']
    const outcomes = await Promise.allSettled(passwords.map((password) => choose(token, password)))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(await ada.opensWith(passwords[winner] ?? '')).toBe(true)
  })

  test('R98: a stranger who asks again spends no link of the owner’s; using one ends all', async () => {
    const ada = await makeHolder(app().services)
    const tokens = [await askFor(ada.username, 1), await askFor(ada.username, 2)]
    // By its address it is another name, but the account's third link.
    await ask(`${ada.username}@example.com`)
    tokens.push(tokenOf(await waitForMail(ada.username, 3)))
    await ask(`${ada.username}@example.com`)
    await settled()
    expect(mailsTo(ada.username)).toHaveLength(3)
    for (const token of tokens) expect(await reset().findLink(token)).toBeDefined()
    await choose(tokens[0] ?? '')
    for (const token of tokens) {
      await expect(reset().findLink(token)).rejects.toMatchObject(linkGone)
    }
  })

  test('R111: a name may be asked for three times an hour, whether it exists or not, and an address ten times', async () => {
    const ada = await makeHolder(app().services)
    for (const login of [ada.username, `nobody-${engine}`]) {
      const askNow = () => reset().ask({ login, device: somewhere() })
      for (let count = 0; count < 3; count++) await askNow()
      await expect(askNow()).rejects.toMatchObject({
        reason: 'too_many_requests',
        retryAfterSeconds: 3_600,
      })
    }
    const device = somewhere()
    for (let count = 0; count < 10; count++) await reset().ask({ login: `x${count}`, device })
    await expect(ask('y', device)).rejects.toMatchObject({
      reason: 'too_many_requests',
    })
    clock.advance(61 * 60_000)
    await ask('y', device)
    await settled()
  })

  test('no mail goes to an unknown or disabled account, nor to one without an address', async () => {
    const { services } = app()
    const sent = smtp.mails.length
    const before = await services.outbox.count()
    const disabled = await makeHolder(services)
    await services.database.kysely
      .updateTable('users')
      .set({ disabled: 1 })
      .where('id', '=', disabled.id)
      .execute()
    const without = await makeHolder(services)
    await services.database.kysely
      .updateTable('users')
      .set({ email: null, email_key: null })
      .where('id', '=', without.id)
      .execute()
    for (const login of [
      'no-such-user',
      disabled.username,
      without.username,
      '\uD800',
      'x'.repeat(9_000),
    ]) {
      await ask(login)
    }
    await settled()
    expect(smtp.mails).toHaveLength(sent)
    expect(await services.outbox.count()).toEqual(before)
  })

  test('a link of another purpose, an old one, and one to an address that was left open nothing', async () => {
    const { services } = app()
    const ada = await makeHolder(services)
    const old = await askFor(ada.username)
    clock.advance(31 * 60_000)
    await expect(choose(old)).rejects.toMatchObject(linkGone)
    const token = await askFor(ada.username, 2)
    await expect(
      reset().endSessions({ token, device: someDevice }),
      'a reset is no "It wasn’t me"',
    ).rejects.toMatchObject(linkGone)
    for (const garbage of ['', 'x', `${token}x`, token.toLowerCase(), '\u0000']) {
      await expect(choose(garbage)).rejects.toMatchObject(linkGone)
    }
    const { identity } = await ada.signIn()
    await services.changeProfile({
      identity,
      fullName: undefined,
      email: `new-${ada.username}@example.com`,
      currentPassword: ada.password,
      device: someDevice,
    })
    await expect(choose(token)).rejects.toMatchObject(linkGone)
    const notice = await waitForMail(ada.username, 3)
    expect(notice.header('subject')).toBe('Your Keycard address was changed')
  })

  test('"It wasn’t me" ends every session, and sends a link for a new password', async () => {
    const { services } = app()
    const ada = await makeHolder(services)
    const here = await ada.signIn()
    const replacement = 'seven quiet harbours at dawn'
    const { identity } = here
    const change = { identity, currentPassword: ada.password, newPassword: replacement }
    await services.changePassword({ ...change, device: someDevice })
    const token = tokenOf(await waitForMail(ada.username))
    expect(await reset().findLink(token)).toEqual({ purpose: 'secure', username: ada.username })
    await expect(choose(token), 'an old mail sets no password').rejects.toMatchObject(linkGone)

    await reset().endSessions({ token, device: someDevice })
    await expect(services.identities.authenticateToken(here.accessToken)).rejects.toMatchObject({
      reason: 'invalid_token',
    })
    const resetMail = await waitForMail(ada.username, 2)
    await choose(tokenOf(resetMail))
    expect(await ada.opensWith(newPassword)).toBe(true)
    await expect(reset().endSessions({ token, device: someDevice })).rejects.toMatchObject(linkGone)
  })

  test('R99: an account that guesses have closed opens again with a new password', async () => {
    const { services } = app()
    const ada = await makeHolder(services)
    for (let count = 0; count < 80; count++) {
      await ada.opensWith('wrong')
      clock.advance(16 * 60_000)
    }
    expect(await ada.opensWith(ada.password), 'control: it is closed').toBe(false)
    const closed = await waitForMail(ada.username)
    expect(closed.header('subject')).toBe('Sign-in to your Keycard account is closed')
    expect(closed.text).toContain('/forgot-password')
    await choose(await askFor(ada.username, 2))
    expect(await ada.opensWith(newPassword)).toBe(true)
  })

  test('a password that breaks a rule is refused, and the link stays', async () => {
    const ada = await makeHolder(app().services)
    const token = await askFor(ada.username)
    await expect(choose(token, 'short')).rejects.toMatchObject({
      reason: 'invalid_input',
      fields: [{ path: 'new_password' }],
    })
    await choose(token)
  })
})
