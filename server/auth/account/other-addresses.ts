// Keycard opened at another address than PUBLIC_URL: the log says so, once for each address.

import type { Logger } from 'pino'
import { productName } from '../../contract/brand.ts'

export interface OtherAddresses {
  /**
   * Reports to the operator an address at which one of our pages is open.
   * @param origin as a browser names it: `http://192.0.2.7:3000`
   * @returns the sentence for the person at that page
   */
  note(origin: string): string
}

interface OtherAddressesDeps {
  publicUrl: string
  logger: Pick<Logger, 'warn'>
}

/** Anyone can name addresses: the log gets no more than this many. */
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
      return `This page is open at ${origin}, but ${productName}’s address is ${publicUrl}. Sign in there, or set PUBLIC_URL to the address you use.`
    },
  }
}
