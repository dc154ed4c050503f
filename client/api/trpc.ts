// The typed API in the browser: hooks, client with its links in order, query cache.

import { QueryClient } from '@tanstack/react-query'
import { httpBatchLink } from '@trpc/client'
import { createTRPCReact } from '@trpc/react-query'
import type { AppRouter } from '../../server/trpc/router.ts'
import { session } from '../session/browser-session.ts'
import { authLink, bearerHeader } from './auth-link.ts'
import { retryDelayMs, shouldRetry } from './retry-policy.ts'

export const trpc = createTRPCReact<AppRouter>()

export const trpcClient = trpc.createClient({
  links: [
    authLink(session),
    httpBatchLink({
      url: '/trpc',
      // What the server takes at once (R80), and a URL that every proxy lets through.
      maxItems: 10,
      maxURLLength: 4_000,
      headers: ({ opList }) => bearerHeader(opList),
    }),
  ],
})

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: shouldRetry,
      retryDelay: retryDelayMs,
      // Offline is an answer too: paused calls would look as if they were under way.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

session.subscribe(() => {
  if (session.getState().status === 'signed-out') queryClient.clear()
})
