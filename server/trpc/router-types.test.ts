// What the compiler refuses: `tsc` fails where one of these lines stops being an error.

import { createTRPCClient, httpLink } from '@trpc/client'
import { expect, expectTypeOf, test } from 'vitest'
import type { ActivityPage } from '../contract/activity.ts'
import type { User } from '../contract/users.ts'
import { anyCallerProcedure, protectedProcedure, scopedProcedure } from './procedures.ts'
import type { AppRouter } from './router.ts'

const client = createTRPCClient<AppRouter>({
  links: [httpLink({ url: 'http://localhost:3000/trpc' })],
})

test('a scope that is not in the catalogue is a compile error', () => {
  expect(scopedProcedure('me:write')).toBeDefined()
  expect(scopedProcedure('me:write', 'users:read')).toBeDefined()
  // @ts-expect-error no such scope
  expect(scopedProcedure('me:wirte')).toBeDefined()
  // @ts-expect-error the second does not exist
  expect(scopedProcedure('me:write', 'admin')).toBeDefined()
  // @ts-expect-error without a scope it would be protectedProcedure
  expect(scopedProcedure()).toBeDefined()
})

test('the caller is known in a protected procedure', () => {
  const procedure = protectedProcedure.query(({ ctx }) => ctx.identity.userId)
  expectTypeOf<(typeof procedure)['_def']['$types']['output']>().toEqualTypeOf<string>()
})

test('where a machine may call, the caller is known only after a check', () => {
  const procedure = anyCallerProcedure('users:read').query(({ ctx }) => ctx.identity.kind)
  expectTypeOf<(typeof procedure)['_def']['$types']['output']>().toEqualTypeOf<'user' | 'client'>()
  // @ts-expect-error a client has no user id
  expect(anyCallerProcedure('users:read').query(({ ctx }) => ctx.identity.userId)).toBeDefined()
  // @ts-expect-error a machine can never have this one
  expect(anyCallerProcedure('me:write')).toBeDefined()
})

/** Never called: the test is that it compiles, and where it does not. */
const wrongCalls = () => [
  client.auth.login.mutate({ username: 'johndoe', password: 'secret' }),
  // @ts-expect-error the password is missing
  client.auth.login.mutate({ username: 'johndoe' }),
  // @ts-expect-error a number is not a username
  client.auth.login.mutate({ username: 1, password: 'secret' }),
  client.activity.list.query({ limit: 10 }),
  // @ts-expect-error a limit is a number
  client.activity.list.query({ limit: '10' }),
  client.users.setRole.mutate({ id: 'x', role: 'user' }),
  // @ts-expect-error the id is missing
  client.users.setRole.mutate({ role: 'user' }),
  // @ts-expect-error a query is not called as a mutation
  client.users.me.mutate(),
  // @ts-expect-error no such procedure
  client.users.you.query(),
]

test('a wrong input, a wrong kind of call and an unknown procedure are compile errors', () => {
  expect(wrongCalls).toBeTypeOf('function')
})

test('the output is typed as in the contract', () => {
  expectTypeOf(client.users.me.query).returns.resolves.toEqualTypeOf<User>()
  expectTypeOf(client.activity.list.query).returns.resolves.toEqualTypeOf<ActivityPage>()
  expectTypeOf(client.users.create.mutate).returns.resolves.toEqualTypeOf<User>()
})
