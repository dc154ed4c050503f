// `change-user`, `delete-user` and `forget-device`: what else operators do to one account.

import { parseArgs } from 'node:util'
import type { Command } from './command.ts'
import { findUser } from './find-user.ts'
import { operator } from './operator.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { UsageError } from './terminal/usage-error.ts'
import { withServices } from './with-services.ts'

export const changeUserCommand: Command = {
  usage: 'change-user <name> [--full-name <name>] [--email <address>]',
  summary: "Changes a user's name or email. An empty text removes it.",
  run: (words, config) => {
    const text = { type: 'string' } as const
    const { positionals, values } = sayUsage(() =>
      parseArgs({
        args: words,
        allowPositionals: true,
        options: { 'full-name': text, email: text },
      }),
    )
    const name = readOnly(positionals, 'username')
    const { 'full-name': fullName, email } = values
    if (fullName === undefined && email === undefined) {
      throw new UsageError('Say what to change: --full-name or --email')
    }
    const given = (value: string | undefined) => (value === '' ? null : value)
    return withServices(config, async (services) => {
      const { id, username } = await findUser(services, name)
      const profile = { fullName: given(fullName), email: given(email) }
      await services.userEditing.changeProfile(id, profile, operator)
      return `${username} is changed.`
    })
  },
}

export const deleteUserCommand: Command = {
  usage: 'delete-user <name> --yes',
  summary:
    'Deletes a user with everything that belongs to them, and signs them out everywhere. It cannot be ' +
    'undone.',
  run: (words, config) => {
    const options = { yes: { type: 'boolean', default: false } } as const
    const { positionals, values } = sayUsage(() =>
      parseArgs({ args: words, allowPositionals: true, options }),
    )
    const name = readOnly(positionals, 'username')
    if (!values.yes) throw new UsageError('This cannot be undone: add --yes')
    return withServices(config, async (services) => {
      const { id, username } = await findUser(services, name)
      await services.userEditing.delete(id, operator)
      return `${username} is deleted.`
    })
  },
}

export const forgetDeviceCommand: Command = {
  usage: 'forget-device <name> <device id>',
  summary:
    'Forgets a known device of a user, by its id in show-user: it counts as new from then on.',
  run: (words, config) => {
    const { positionals } = sayUsage(() => parseArgs({ args: words, allowPositionals: true }))
    const [name, deviceId, ...rest] = positionals
    if (name === undefined || deviceId === undefined || rest.length > 0) {
      throw new UsageError('One username and one device id are needed')
    }
    return withServices(config, async (services) => {
      const { id, username } = await findUser(services, name)
      await services.userEditing.forgetDevice(id, deviceId, operator)
      return `The device of ${username} is forgotten.`
    })
  },
}
