// Whether a request comes from this machine itself: some pages are for its operator only.

import { BlockList } from 'node:net'
import { isOwnHost } from './request-origin.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * A proxy on this machine sends these headers (RFC 7239): the caller is then someone else, whether
 * the proxy is trusted or not.
 */
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'via']

interface RequestFacts {
  readonly ip: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>> & {
    readonly host?: string | undefined
  }
}

/**
 * Another site's page may use a name that resolves to this machine, and read what its browser may
 * read: so the Host must be ours.
 */
export function isFromThisMachine({ ip, headers }: RequestFacts, publicUrl: string): boolean {
  const isProxied = forwardingHeaders.some((name) => headers[name] !== undefined)
  const isLoopback = loopback.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4')
  return !isProxied && isLoopback && isOwnHost(headers.host, publicUrl)
}
