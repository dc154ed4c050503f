// A renderer on a server: it finds the browser's session by its cookie, and calls in that person's name.

import { createServer } from 'node:http'

const { KEYCARD_URL: keycard = '', PUBLIC_URL: publicUrl = '', PORT = '4000' } = process.env

const server = createServer(async (request, response) => {
  // Without it, and this server's address in TRUSTED_PROXIES, all people here count as one address.
  const client = { 'x-forwarded-for': request.socket.remoteAddress ?? '' }
  // Only pages at PUBLIC_URL may use the cookie. A server says by Origin that it acts for one of them.
  const refreshed = await fetch(`${keycard}/trpc/auth.refresh`, {
    method: 'POST',
    headers: {
      ...client,
      cookie: request.headers.cookie ?? '',
      origin: publicUrl,
      'content-type': 'application/json',
    },
  })
  // The refresh token is replaced at its use: the browser has to have the new one.
  for (const line of refreshed.headers.getSetCookie()) response.appendHeader('set-cookie', line)
  if (!refreshed.ok) {
    response.writeHead(303, { location: '/login' }).end()
    return
  }
  const { result } = (await refreshed.json()) as { result: { data: { access_token: string } } }
  const authorization = `Bearer ${result.data.access_token}`
  const account = await fetch(`${keycard}/api/users/me`, { headers: { ...client, authorization } })
  const { username } = (await account.json()) as { username: string }
  response.end(`Hello, ${username}`)
})
server.listen(Number(PORT), () => console.log('ready'))
