// Keycard opened at another address than PUBLIC_URL: the log says so, once for each address.

import type { Logger } from 'pino'

export interface OtherAddresses {
  /**
   * Tells the operator of an address at which a page of ours is open.
   * @param origin as a browser names it: `http://192.0.2.7:3000`
   * @returns the sentence for the person in front of that page
   */
  note(origin: string): string
}

interface OtherAddressesDeps {
  publicUrl: string
  logger: Pick<Logger, 'warn'>
}

/** Anybody can name addresses: the log hears of no more than this many. */
const mostAddresses = 20

export function createOtherAddresses({ publicUrl, logger }: OtherAddressesDeps): OtherAddresses {
  const told = new Set<string>()
  return {
    note(origin) {
      if (told.size < mostAddresses && !told.has(origin)) {
        told.add(origin)
        logger.warn(
          { openedAt: origin, publicUrl },
          'opened at another address than PUBLIC_URL: open it there, or set PUBLIC_URL to this one',
        )
      }
      return `This page is open at ${origin}, but Keycard’s address is ${publicUrl}. Sign in there, or set PUBLIC_URL to the address you use.`
    },
  }
}
