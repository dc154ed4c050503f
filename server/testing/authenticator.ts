// An authenticator in software: it makes passkeys and signs with them, as WebAuthn Level 3 §6 says.

import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type {
  PasskeyAssertion,
  PasskeyAttestation,
  PasskeyCreation,
  PasskeyRequest,
} from '../contract/webauthn.ts'

export interface Authenticator {
  /** As `navigator.credentials.create()`. */
  create(options: PasskeyCreation, wrong?: Wrong): PasskeyAttestation
  /** As `navigator.credentials.get()`, with the passkey that was made last. */
  get(options: PasskeyRequest, wrong?: Wrong): PasskeyAssertion
}

/** What a browser or an authenticator does otherwise than it should. */
export interface Wrong {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  userHandle?: string
  /** In place of the next higher one. */
  counter?: number
  isUserVerified?: boolean
  signedBy?: KeyObject
}

interface AuthenticatorOptions {
  origin: string
  /** Kept on several devices by its provider; true by default. */
  synced?: boolean
}

export function createAuthenticator({
  origin,
  synced = true,
}: AuthenticatorOptions): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  let userHandle = ''
  let counter = 0

  function describe(type: string, challenge: string, wrong: Wrong): Buffer {
    const data = {
      type: wrong.type ?? type,
      challenge: wrong.challenge ?? challenge,
      origin: wrong.origin ?? origin,
      crossOrigin: false,
    }
    return Buffer.from(JSON.stringify(data))
  }

  function authenticatorData(rpId: string, wrong: Wrong, attested?: Buffer): Buffer {
    counter = synced ? 0 : counter + 1
    const head = Buffer.alloc(5)
    const flags =
      0x01 |
      (wrong.isUserVerified === false ? 0 : 0x04) |
      (synced ? 0x18 : 0) |
      (attested ? 0x40 : 0)
    head.writeUInt8(flags, 0)
    head.writeUInt32BE(wrong.counter ?? counter, 1)
    return Buffer.concat([sha256(wrong.rpId ?? rpId), head, attested ?? Buffer.alloc(0)])
  }

  const credential = () => {
    const name = id.toString('base64url')
    return { id: name, rawId: name, type: 'public-key' as const }
  }

  return {
    create({ challenge, rp, user }, wrong = {}) {
      userHandle = user.id
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const key = cbor(
        new Map<number, number | Buffer>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.from(x, 'base64url')],
          [-3, Buffer.from(y, 'base64url')],
        ]),
      )
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, id, key])
      const attestation = new Map<string, Value>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authenticatorData(rp.id, wrong, attested)],
      ])
      return {
        ...credential(),
        response: {
          clientDataJSON: describe('webauthn.create', challenge, wrong).toString('base64url'),
          attestationObject: cbor(attestation).toString('base64url'),
          transports: ['internal'],
        },
      }
    },

    get({ challenge, rpId }, wrong = {}) {
      const client = describe('webauthn.get', challenge, wrong)
      const data = authenticatorData(rpId, wrong)
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(client)]))
        .sign(wrong.signedBy ?? privateKey)
      return {
        ...credential(),
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signature.toString('base64url'),
          userHandle: wrong.userHandle ?? userHandle,
        },
      }
    },
  }
}

type Value = number | string | Buffer | ReadonlyMap<number | string, Value>

/** RFC 8949, as far as a passkey needs it. */
function cbor(value: Value): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  const entries = [...value].flatMap(([key, item]) => [cbor(key), cbor(item)])
  return Buffer.concat([head(5, value.size), ...entries])
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument])
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument])
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 255])
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
