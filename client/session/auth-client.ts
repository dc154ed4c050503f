// The tRPC client for auth.*: one plain link, because a batched stream cannot set a cookie.

import { createTRPCClient, httpLink } from '@trpc/client'
import type { AppRouter } from '../../server/trpc/router.ts'

export const authClient = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/trpc' })] })
