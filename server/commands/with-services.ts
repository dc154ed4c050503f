// Opens Keycard for one command, beside any servers that run, and closes it again.

import type { Config } from '../config.ts'
import { createServices, type Services } from '../services.ts'

/** @throws StartError where this machine's clock and the database's differ by too much */
export async function withServices<Result>(
  config: Config,
  run: (services: Services) => Promise<Result>,
): Promise<Result> {
  const services = await createServices(config, { serving: false })
  try {
    await services.checkClock()
    return await run(services)
  } finally {
    await services.close()
  }
}
