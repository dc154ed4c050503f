// Where a sign-in came from, as far as a request shows it.

/** Stored with the session, so that its owner can recognise it. */
export interface Device {
  address: string | null
  userAgent: string | null
  /** From its device cookie, where a browser showed one that we issued: known before it signs in. */
  deviceId?: string | undefined
  /** The id of the request, for the log. */
  requestId?: string | undefined
}

/**
 * How long a device stays known after its last sign-in: as long as RFC 6265bis §5.5 lets a cookie
 * live.
 */
export const deviceLifetimeMs = 400 * 24 * 60 * 60_000

/** In characters: browsers send some 120, and longer text is cut before anything looks at it. */
export const userAgentMaxLength = 400

/** The address is the socket's, or the one that a trusted proxy names. */
export function describeDevice(request: {
  id?: string
  ip: string
  headers: { 'user-agent'?: string | undefined }
}): Device {
  return {
    address: request.ip || null,
    userAgent: request.headers['user-agent']?.slice(0, userAgentMaxLength) ?? null,
    requestId: request.id,
  }
}
