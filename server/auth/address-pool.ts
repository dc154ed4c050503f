// Which addresses count as one: an IPv4 address, or the /64 that one IPv6 customer has to himself.

import { isIPv4, isIPv6 } from 'node:net'

/** '192.0.2.1' as it is, '2001:db8:1:2::7' as '2001:db8:1:2::/64'; what is no address is one pool. */
export function addressPoolOf(address: string | null): string {
  const plain = address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '') ?? ''
  if (isIPv4(plain)) return plain
  if (!isIPv6(plain)) return 'unknown'
  // The URL parser knows every spelling of an address, and has one of its own (RFC 5952).
  const [, text = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${plain.split('%')[0]}]`).hostname) ?? []
  return `${expandGroups(text).slice(0, 4).join(':')}::/64`
}

function expandGroups(text: string): string[] {
  const [head = '', tail] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after]
}
