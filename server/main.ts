// The server: settings, services, app, listen; and an orderly end.

import { networkInterfaces } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { createApp } from './app.ts'
import { type Config, loadConfig } from './config.ts'
import { productName } from './contract/brand.ts'
import { endOnSignal } from './end-on-signal.ts'
import { endApp } from './http/graceful-close.ts'
import { createServices } from './services.ts'
import { StartError } from './settings/start-error.ts'
import { formatWelcome } from './welcome.ts'

/**
 * How long a server that ends still accepts connections: balancers ask for `/readyz` about once a
 * second.
 */
const takesForMs = { production: 2_000, otherwise: 200 }

const signalledEnd = endOnSignal()

try {
  await start()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  console.error(`The server cannot start.\n${error.message}`)
  process.exitCode = 1
}

async function start(): Promise<void> {
  const config = loadConfig(console.warn)
  const services = await createServices(config)
  try {
    const app = await createApp(services)
    await listen(app, config)
    console.log(formatWelcome(config, services.database.description))
    signalledEnd.set(async () => {
      await endApp(app, {
        takesForMs: config.production ? takesForMs.production : takesForMs.otherwise,
      })
      await services.close()
    })
  } catch (error) {
    await services.close()
    throw error
  }
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host: host === '::' && !hasIPv6() ? '0.0.0.0' : host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    await app.close()
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is in use, perhaps by another ${productName}. Stop that program, or choose another port with PORT=${port + 1} npm start.`,
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

/** `::` takes IPv4 too, but only where the system has IPv6 at all. */
function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family }) => family === 'IPv6'),
  )
}
