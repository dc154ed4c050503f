// What an access token tells of whoever shows it.

import { z } from 'zod'

export const identitySchema = z
  .object({
    user_id: z.string(),
    session_id: z.string(),
    client_id: z.string(),
    scopes: z.array(z.string()),
    /** RFC 3339, UTC: from then on the token opens nothing. */
    expires_at: z.string(),
  })
  .meta({ id: 'Identity' })
