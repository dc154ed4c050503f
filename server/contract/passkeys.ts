// Passkeys on the wire: signing in with one, and the list of one's own.

import { z } from 'zod'
import { currentPasswordSchema } from './account.ts'
import { requiredText } from './text.ts'
import { credentialId, passkeyAssertionSchema, passkeyAttestationSchema } from './webauthn.ts'

export const passkeySignInSchema = z.object({
  response: passkeyAssertionSchema,
  /** "Keep me signed in on this device", where a browser keeps the token. */
  remember_me: z.boolean().default(false),
})

/** In UTF-16 code units. */
export const passkeyNameMaxLength = 64

/** So many may one user have. */
export const passkeysMax = 10

export const passkeySchema = z
  .object({
    /** The credential's id, base64url. */
    id: z.string(),
    name: z.string(),
    /** Whether its provider keeps it on several devices. */
    synced: z.boolean(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'Passkey' })

export type Passkey = z.infer<typeof passkeySchema>

export const passkeyListSchema = z.object({
  /** Oldest first. */
  passkeys: z.array(passkeySchema),
  /** What browsers call the user in their lists of passkeys (WebAuthn Level 3 §5.1.10). */
  user_handle: z.string(),
})

const passkeyName = requiredText(passkeyNameMaxLength)

export const passkeyAddSchema = z.object({
  response: passkeyAttestationSchema,
  /** By default that of the authenticator, where it is known. */
  name: passkeyName.optional(),
})

export const passkeyIdSchema = z.object({ id: credentialId })
export const passkeyRenameSchema = passkeyIdSchema.extend({ name: passkeyName })
export const passkeyRemovalSchema = passkeyIdSchema.extend(currentPasswordSchema.shape)
