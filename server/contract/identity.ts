// What an access token says about its bearer.

import { z } from 'zod'

export const identitySchema = z
  .object({
    user_id: z.string(),
    session_id: z.string(),
    client_id: z.string(),
    scopes: z.array(z.string()),
    /** RFC 3339, UTC: from then on the token is refused. */
    expires_at: z.string(),
  })
  .meta({ id: 'Identity' })
