// Which client is asking, from the Basic header or the body (RFC 6749 §2.3.1).

import type { ClientCredentials } from '../auth/clients/clients.ts'
import { AppError } from '../contract/app-error.ts'
import { decodeFormComponent, type FormParameters } from '../web/form-body.ts'

export interface PresentedClient extends ClientCredentials {
  /** A client id came by Basic, so a refusal answers with a Basic challenge (§5.2). */
  usedBasic: boolean
}

/** @throws AppError invalid_request where the client is named in two ways, or the header is malformed */
export function readClientCredentials(
  authorization: readonly string[],
  form: FormParameters,
): PresentedClient {
  const basic = readBasic(authorization)
  const clientId = form.get('client_id')
  const clientSecret = form.get('client_secret')
  if (basic === undefined) {
    if (clientSecret !== undefined && clientId === undefined) {
      throw new AppError('invalid_request', 'client_id is missing')
    }
    return { clientId, clientSecret, usedBasic: false }
  }
  if (clientSecret !== undefined || (clientId !== undefined && clientId !== basic.clientId)) {
    throw new AppError('invalid_request', 'The client must be named in one way, not in two')
  }
  return { ...basic, usedBasic: true }
}

/** undefined where there is none, or an empty one: Swagger UI sends `Basic Og==`, which is ":". */
function readBasic(authorization: readonly string[]): ClientCredentials | undefined {
  const [header, second] = authorization
  if (second !== undefined) {
    throw new AppError('invalid_request', 'There must be one Authorization header')
  }
  if (header === undefined || !/^basic(?: |$)/i.test(header)) return undefined
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1] ?? ''
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon === -1) {
    throw new AppError('invalid_request', 'The Basic header must be base64 of "id:secret"')
  }
  const what = 'The client in the Basic header'
  const clientId = decodeFormComponent(decoded.slice(0, colon), what)
  const clientSecret = decodeFormComponent(decoded.slice(colon + 1), what)
  if (clientId === '') return undefined
  return { clientId, clientSecret: clientSecret === '' ? undefined : clientSecret }
}
