// What browsers and Keycard say to each other about passkeys: the JSON forms of WebAuthn Level 3 §5.1.

import { z } from 'zod'
import { boundedString } from './text.ts'

const base64url = (maxLength: number) =>
  boundedString(maxLength).regex(/^[\w-]+$/, 'must be base64url')

/** Bytes, in base64url: what is bigger than any authenticator's answer is refused unread. */
export const credentialId = base64url(1_400)
const clientData = base64url(8_192)
const authenticatorData = base64url(8_192)
const attestation = base64url(65_536)

/** `PublicKeyCredential.toJSON()` after `navigator.credentials.get()`. */
export const passkeyAssertionSchema = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: clientData,
    authenticatorData,
    signature: base64url(2_048),
    userHandle: base64url(128).optional(),
  }),
})

export type PasskeyAssertion = z.infer<typeof passkeyAssertionSchema>

/** `PublicKeyCredential.toJSON()` after `navigator.credentials.create()`. */
export const passkeyAttestationSchema = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: clientData,
    attestationObject: attestation,
    /** How the authenticator is reached: `internal`, `usb`, and words that are not there yet. */
    transports: z
      .array(boundedString(32).regex(/^[a-z-]+$/))
      .max(10)
      .optional(),
  }),
})

export type PasskeyAttestation = z.infer<typeof passkeyAttestationSchema>

const credentialDescriptorSchema = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()),
})

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export const passkeyRequestSchema = z.object({
  challenge: z.string(),
  rpId: z.string(),
  /** In milliseconds. */
  timeout: z.int(),
  /** Empty: any passkey that the authenticator has here. */
  allowCredentials: z.array(credentialDescriptorSchema),
  userVerification: z.literal('required'),
})

export type PasskeyRequest = z.infer<typeof passkeyRequestSchema>

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export const passkeyCreationSchema = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int() })),
  timeout: z.int(),
  excludeCredentials: z.array(credentialDescriptorSchema),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
})

export type PasskeyCreation = z.infer<typeof passkeyCreationSchema>
