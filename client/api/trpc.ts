// The typed API in the browser: hooks, client with its links in order, query cache.

import { QueryClient } from '@tanstack/react-query'
import { httpBatchLink } from '@trpc/client'
import { createTRPCReact } from '@trpc/react-query'
import type { AppRouter } from '../../server/trpc/router.ts'
import { session } from '../session/browser-session.ts'
import { proofRequests } from '../session/question.ts'
import { openTabChannel } from '../session/tab-channel.ts'
import { authLink, bearerHeader } from './auth-link.ts'
import { proofLink } from './proof-link.ts'
import { retryDelayMs, shouldRetry } from './retry-policy.ts'
import { subscriptionLink } from './streams/subscription-link.ts'

export const trpc = createTRPCReact<AppRouter>()

const url = '/trpc'

export const trpcClient = trpc.createClient({
  links: [
    subscriptionLink(loadStreamLink),
    proofLink(proofRequests),
    authLink(session),
    httpBatchLink({
      url,
      // What the server accepts at once (R80), and a URL that every proxy lets through.
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
      // Being offline is an answer too: paused calls would look as if they were in progress.
      networkMode: 'always',
      // Which 'always' would turn off: what failed offline is retried once that is over.
      refetchOnReconnect: true,
    },
    mutations: { networkMode: 'always' },
  },
})

session.subscribe(() => {
  if (session.getState().status !== 'signed-out') return
  queryClient.clear()
  proofRequests.settle(false)
})

async function loadStreamLink() {
  const { streamLink } = await import('./streams/stream-link.ts')
  return streamLink({
    url,
    tokens: session,
    fetch: (...request) => fetch(...request),
    window,
    openChannel: openTabChannel,
    now: () => performance.now(),
  })
}
