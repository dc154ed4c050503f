// The client's address: the socket's, or the one that a trusted proxy names (R103).

import type { IncomingMessage } from 'node:http'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the connection is a trusted proxy's. */
    readonly isFromProxy: boolean
  }
}

/** Proxies in a row; more than any real set-up has. */
const hopsMax = 16
/** In characters: an IPv6 address with its zone, brackets, quotes and port is shorter. */
const entryMaxLength = 80

/**
 * Sets `request.ip` in place of Fastify's own, which takes an entry of X-Forwarded-For as it
 * stands. With a port (Azure's Application Gateway and IIS add one) that is not an address, and all
 * clients would share one pool. Where an entry cannot be read, the address is the socket's, and the
 * log says so once.
 */
export function addClientAddress(
  app: FastifyInstance,
  { trustedProxies }: Pick<Config, 'trustedProxies'>,
): void {
  const proxies = listRanges(trustedProxies)
  const reportUnreadable = reportOnce(app.log)
  app.decorateRequest('isFromProxy', {
    getter(this: FastifyRequest) {
      return trustedProxies.length > 0 && isListed(proxies, readSocketAddress(this.raw))
    },
  })
  app.decorateRequest('ip', {
    getter(this: FastifyRequest) {
      const socketAddress = readSocketAddress(this.raw)
      if (trustedProxies.length === 0) return socketAddress
      const address = walkBack(socketAddress, this.raw.headers['x-forwarded-for'], proxies)
      if (address === undefined) reportUnreadable()
      return address ?? socketAddress
    },
  })
}

/**
 * Each proxy appends the address that called it. So the list is read from its end, for as long as
 * our own proxies wrote it; anything further left was written by the client.
 * @returns undefined where an entry that counts is not an address
 */
function walkBack(
  socketAddress: string,
  header: string | string[] | undefined,
  proxies: BlockList,
): string | undefined {
  let address = socketAddress
  let rest = String(header ?? '')
  for (let hops = 0; hops < hopsMax && rest !== '' && isListed(proxies, address); hops += 1) {
    const comma = rest.lastIndexOf(',')
    const entry = rest.slice(comma + 1)
    rest = rest.slice(0, Math.max(comma, 0))
    const hop = readForwardedAddress(entry)
    if (hop === undefined) return undefined
    address = hop
  }
  return address
}

/**
 * Writes an entry of X-Forwarded-For as an address in one spelling (RFC 5952): without port,
 * brackets, quotes and zone, and as IPv4 where it is IPv4 in IPv6. undefined for anything that is
 * not an address.
 */
export function readForwardedAddress(entry: string): string | undefined {
  if (entry.length > entryMaxLength) return undefined
  const text = entry.trim().replace(/^"(.*)"$/, '$1')
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? []
  if (bracketed !== undefined) return readIPv6(bracketed)
  const [address = ''] = text.split(/:\d{1,5}$/)
  if (isIPv4(address)) return address
  // Eight groups and a port without brackets. With `::` the port could also be a group.
  const [, eightGroups] = /^((?:[\da-f]{1,4}:){7}[\da-f]{1,4}):\d{1,5}$/i.exec(text) ?? []
  return readIPv6(eightGroups ?? text)
}

function readIPv6(text: string): string | undefined {
  if (!isIPv6(text)) return undefined
  const { hostname } = new URL(`http://[${text.split('%', 1)[0]}]`)
  const address = hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
  return bytes.join('.')
}

/** Node writes IPv4 as IPv6 where the server listens on both. */
function readSocketAddress({ socket: { remoteAddress = '' } }: IncomingMessage): string {
  return remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress
}

function listRanges(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [text = '', digits] = range.split('/')
    const address = readForwardedAddress(text) ?? text
    const family = familyOf(address)
    const bits = family === 'ipv4' ? 32 : 128
    // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
    const mapped = isIPv6(text) && family === 'ipv4' ? 96 : 0
    list.addSubnet(address, Math.max(0, Number(digits ?? bits + mapped) - mapped), family)
  }
  return list
}

function isListed(list: BlockList, address: string): boolean {
  return address !== '' && list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}

function reportOnce(log: FastifyBaseLogger): () => void {
  let isReported = false
  return () => {
    if (isReported) return
    isReported = true
    log.warn(
      'X-Forwarded-For of a trusted proxy names no address: the address of the connection is taken. This is reported once',
    )
  }
}
