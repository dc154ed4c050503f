// Which addresses count as one: an IPv4 address, or the /64 that one IPv6 customer has to themselves.

import { isIPv4, isIPv6 } from 'node:net'

/** The one pool of everything that is not an address. */
export const noAddress = 'unknown'

/**
 * '192.0.2.1' as it is, '2001:db8:1:2::7' as '2001:db8:1:2::/64'; everything that is not an address
 * is one pool.
 */
export function addressPoolOf(address: string | null): string {
  const plain = readPlain(address)
  if (isIPv4(plain)) return plain
  const groups = readGroups(plain)
  return groups ? `${groups.slice(0, 4).join(':')}::/64` : noAddress
}

/**
 * The network around it, '2001:db8:1::/48', for IPv6 only: providers hand out anything from a /64
 * to a /48, and a customer with the latter has 65,536 of the former.
 */
export function widePoolOf(address: string | null): string | undefined {
  const groups = readGroups(readPlain(address))
  return groups && `${groups.slice(0, 3).join(':')}::/48`
}

/** An IPv4 address that is written as IPv6 is the IPv4 address. */
function readPlain(address: string | null): string {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '') ?? ''
}

/** The eight groups of an IPv6 address without leading zeros; undefined for anything else. */
function readGroups(address: string): string[] | undefined {
  if (!isIPv6(address)) return undefined
  // The URL parser knows every spelling of an address, and has one of its own (RFC 5952).
  const { hostname } = new URL(`http://[${address.split('%')[0]}]`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after]
}
