// The server: settings, services, app, listen; and an orderly end.

import type { FastifyInstance } from 'fastify'
import { type Config, loadEnvironment, readConfig } from './config.ts'
import { StartError } from './contract/start-error.ts'
import { createApp } from './http/app.ts'
import { createServices, type Services } from './services.ts'
import { formatWelcome } from './welcome.ts'

try {
  await start()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  console.error(`Keycard cannot start.\n${error.message}`)
  process.exitCode = 1
}

async function start(): Promise<void> {
  const config = readConfig(loadEnvironment())
  const services = await createServices(config)
  try {
    const app = await createApp(services)
    await listen(app, config)
    console.log(formatWelcome(config, services.database.description))
    closeOnSignal(app, services)
  } catch (error) {
    await services.close()
    throw error
  }
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    await app.close()
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is in use, perhaps by another Keycard. Stop that program, or choose another port with PORT=${port + 1} npm start.`,
        { cause: error },
      )
    }
    if (code === 'EACCES') {
      throw new StartError(
        `This user may not listen on port ${port}. Choose one above 1023 with PORT.`,
        { cause: error },
      )
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(
        `HOST is "${host}", which is no address of this machine. Leave it out for the default.`,
        { cause: error },
      )
    }
    throw error
  }
}

/** Running requests are answered, then the database is closed. A second signal does not wait. */
function closeOnSignal(app: FastifyInstance, services: Services): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      process.once(signal, () => process.exit(1))
      await app.close()
      await services.close()
    })
  }
}
