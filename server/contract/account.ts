// One's own account on the wire: what may be changed, what that requires, and the security notices.

import { z } from 'zod'
import {
  presentedPasswordSchema,
  proposedNameSchema,
  proposedPasswordSchema,
} from './credentials.ts'
import { boundedString } from './text.ts'
import { passkeyAssertionSchema } from './webauthn.ts'

/** A name that a form may leave empty: trimmed, and null where nothing is left of it. */
const optionalName = proposedNameSchema
  .trim()
  .nullable()
  .transform((text) => text || null)

/** The rules for each field are checked by the server, which reports all broken ones at once. */
export const registrationSchema = z.object({
  username: proposedNameSchema.trim(),
  password: proposedPasswordSchema,
  email: optionalName.optional(),
  full_name: optionalName.optional(),
})

export const profileFieldsSchema = z.object({
  full_name: optionalName.optional(),
  email: optionalName.optional(),
})

export const profileChangeSchema = z.object({
  ...profileFieldsSchema.shape,
  /** Where the email address changes and the sign-in is not fresh (R65). */
  current_password: presentedPasswordSchema.optional(),
})

export const passwordChangeSchema = z.object({
  current_password: presentedPasswordSchema,
  new_password: proposedPasswordSchema,
})

/** How many other sessions it ended. */
export const passwordChangedSchema = z.object({ ended_sessions: z.int() })

/** In seconds: how long a sign-in, and each later proof, counts for sensitive changes (R65). */
export const freshProofSeconds = 5 * 60

/** Beside the input of a sensitive change: proves again who the user is, where no proof is fresh. */
export const currentPasswordSchema = z.object({
  current_password: presentedPasswordSchema.optional(),
})

/** A way to prove again who the user is; another way is another member of the union. */
const proofSchema = z.discriminatedUnion('method', [
  z.object({ method: z.literal('password'), password: presentedPasswordSchema }),
  z.object({ method: z.literal('passkey'), response: passkeyAssertionSchema }),
])

export type Proof = z.infer<typeof proofSchema>

export const reauthenticationSchema = z.object({ proof: proofSchema })

/** How long the proof counts, in seconds. */
export const reauthenticatedSchema = z.object({ expires_in: z.int() })

export const noticeKinds = [
  'password_changed',
  'password_set_by_admin',
  'email_changed',
  'data_exported',
  'sign_in_closed',
  'new_device',
  'refreshed_elsewhere',
  'token_copied',
] as const

export type NoticeKind = (typeof noticeKinds)[number]

export const noticeListSchema = z.object({
  /** Newest first. */
  notices: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(noticeKinds),
      /** RFC 3339, UTC. */
      at: z.string(),
      address: z.string().nullable(),
      /** "Firefox on Linux"; null where the user agent says nothing. */
      device: z.string().nullable(),
      /** Of a new device's sign-in, while its session goes on and awaits an answer. */
      session_id: z.string().nullable(),
      /** Whether this session may answer for it: `sessions.confirm`. */
      may_confirm: z.boolean(),
    }),
  ),
})

export type Notice = z.infer<typeof noticeListSchema>['notices'][number]

/** The `at` of the newest notice that was shown. */
export const noticeDismissalSchema = z.object({ up_to: boundedString(40).pipe(z.iso.datetime()) })
