// Where a sign-in came from, as far as a request tells.

/** Kept with the session, so that its owner can recognise it. */
export interface Device {
  address: string | null
  userAgent: string | null
}

/** The address is the socket's, or what a trusted proxy says it is. */
export function describeDevice(request: {
  ip: string
  headers: { 'user-agent'?: string | undefined }
}): Device {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? null }
}
