// `show-user`: one user with their sessions and known devices, and what slows their sign-in down.

import { parseArgs } from 'node:util'
import type { SessionList } from '../auth/account/session-list.ts'
import type { DetailedUser } from '../auth/admin/user-details.ts'
import type { ListedDevice } from '../auth/devices/device-list.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'
import type { Command } from './command.ts'
import { findUser } from './find-user.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { toUserFacts } from './user-facts.ts'
import { withServices } from './with-services.ts'

export const showUserCommand: Command = {
  usage: 'show-user <name> [--json]',
  summary: 'One user with their sessions and known devices, and what slows their sign-in down.',
  run: (words, config) => {
    const options = { json: { type: 'boolean', default: false } } as const
    const { positionals, values } = sayUsage(() =>
      parseArgs({ args: words, allowPositionals: true, options }),
    )
    const name = readOnly(positionals, 'username')
    return withServices(config, async (services) => {
      const { id } = await findUser(services, name)
      const { userDetails } = services
      const [user, sessions, devices] = await Promise.all([
        userDetails.get(id),
        userDetails.sessions(id),
        userDetails.devices(id),
      ])
      return values.json
        ? JSON.stringify(toFacts(user, sessions, devices), null, 2)
        : toText(user, sessions, devices)
    })
  },
}

function toFacts(user: DetailedUser, { sessions }: SessionList, devices: readonly ListedDevice[]) {
  const { strangers, knownDevices, knownPlaces } = user.limits
  return {
    ...toUserFacts(user),
    password_changed_at: toRfc3339(user.passwordChangedAtMs),
    failures: {
      strangers: strangers.failures,
      known_devices: knownDevices.failures,
      known_places: knownPlaces.failures,
    },
    is_closed: strangers.isClosed,
    sessions: sessions.map(({ id, deviceName, address, lastUsedAtMs }) => ({
      id,
      device: deviceName,
      address,
      last_used_at: toRfc3339(lastUsedAtMs),
    })),
    devices: devices.map(({ id, name, address, lastUsedAtMs }) => ({
      id,
      device: name,
      address,
      last_used_at: toRfc3339(lastUsedAtMs),
    })),
  }
}

function toText(user: DetailedUser, list: SessionList, devices: readonly ListedDevice[]): string {
  const { role, failures, is_closed, ...facts } = toFacts(user, list, devices)
  const signIn = is_closed
    ? `closed to unknown devices after ${failures.strangers} wrong passwords: unlock ${user.username}`
    : `${failures.strangers} wrong passwords in a row`
  const rows = (of: typeof facts.sessions) =>
    of.map(
      ({ id, device, address, last_used_at }) =>
        `  ${id}  ${toMinute(last_used_at)}  ${(address ?? '–').padEnd(15)}  ${device ?? 'unknown device'}`,
    )
  return [
    `${user.username}  ${user.disabled ? 'disabled' : 'active'}  ${role}`,
    `id                ${facts.id}`,
    `name              ${facts.full_name ?? '–'}`,
    `email             ${facts.email ?? '–'}`,
    `created           ${toMinute(facts.created_at)}`,
    `last seen         ${facts.last_seen_at === null ? 'never' : toMinute(facts.last_seen_at)}`,
    `password changed  ${toMinute(facts.password_changed_at)}`,
    `sign-in           ${signIn}`,
    `sessions          ${list.total}`,
    ...rows(facts.sessions),
    `known devices     ${devices.length}`,
    ...rows(facts.devices),
  ].join('\n')
}

/** `2026-01-31 12:00`, UTC. */
function toMinute(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}
