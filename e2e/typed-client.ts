import { createTRPCClient, httpLink } from '@trpc/client'
import type { AppRouter } from '../server/trpc/router.ts'

const url = process.argv[2] ?? 'http://localhost:3000'
let token = ''
const headers = () => (token ? { authorization: `Bearer ${token}` } : {})
const keycard = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc`, headers })] })

const tokens = await keycard.auth.login.mutate({ username: 'johndoe', password: 'secret' })
token = tokens.access_token
console.log(await keycard.protected.query())
