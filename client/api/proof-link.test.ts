// A call that needs a proof: asked for once, sent again once, and given up where the user declines.

import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { expect, test } from 'vitest'
import type { AppRouter } from '../../server/trpc/router.ts'
import { createQuestion } from '../session/question.ts'
import { proofLink } from './proof-link.ts'

/** A server that asks for a proof until it has one. */
function openServer() {
  const requests = createQuestion()
  const server = { isProved: false, calls: 0, asked: 0 }
  const answer: TRPCLink<AppRouter> = () => () =>
    observable((observer) => {
      server.calls += 1
      if (server.isProved) {
        observer.next({ result: { type: 'data', data: { id: 'x' } } })
        return observer.complete()
      }
      const data = {
        code: 'FORBIDDEN' as const,
        httpStatus: 403,
        reason: 'reauthentication_required' as const,
      }
      observer.error(TRPCClientError.from({ error: { message: 'Prove it', code: -32003, data } }))
    })
  requests.subscribe(() => {
    if (requests.isOpen()) server.asked += 1
  })
  const client = createTRPCClient<AppRouter>({ links: [proofLink(requests), answer] })
  return { client, requests, server }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

test('R65: parallel calls ask once, and each is sent again when the proof is given', async () => {
  const { client, requests, server } = openServer()
  const calls = ['a', 'b'].map((id) => client.users.enable.mutate({ id }))
  await settled()
  expect(server).toMatchObject({ calls: 2, asked: 1 })
  server.isProved = true
  requests.settle(true)
  expect(await Promise.all(calls)).toEqual([{ id: 'x' }, { id: 'x' }])
  expect(server.calls).toBe(4)
  expect(requests.isOpen()).toBe(false)
})

test('R65: a call fails where it is refused again, or the user declines', async () => {
  const { client, requests, server } = openServer()
  for (const isGiven of [true, false]) {
    const call = client.users.enable.mutate({ id: 'a' })
    await settled()
    requests.settle(isGiven)
    await expect(call).rejects.toMatchObject({ data: { reason: 'reauthentication_required' } })
  }
  expect(server).toMatchObject({ calls: 3, asked: 2 })
})
