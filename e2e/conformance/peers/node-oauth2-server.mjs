// The smallest server on @node-oauth/oauth2-server and Express, with its model in memory.

import OAuth2Server from '@node-oauth/oauth2-server'
import express from 'express'

const client = { id: 'app', grants: ['password', 'refresh_token'] }
const secrets = { app: 'app-secret', 'other-app': 'other-secret' }
const user = { username: 'ada', password: 'eleven copper kettles' }
const tokens = []

const oauth = new OAuth2Server({
  model: {
    getClient: (id, secret) => secrets[id] === secret && { ...client, id },
    getUser: (username, password) =>
      username === user.username && password === user.password && user,
    saveToken(token, forClient, forUser) {
      tokens.push({ ...token, client: forClient, user: forUser })
      return tokens.at(-1)
    },
    getAccessToken: (accessToken) => tokens.find((token) => token.accessToken === accessToken),
    getRefreshToken: (refreshToken) => tokens.find((token) => token.refreshToken === refreshToken),
    revokeToken(token) {
      const index = tokens.findIndex(({ refreshToken }) => refreshToken === token.refreshToken)
      return index !== -1 && tokens.splice(index, 1).length === 1
    },
    validateScope: (_user, _client, scope = ['read', 'write']) =>
      scope.every((name) => ['read', 'write'].includes(name)) && scope,
    verifyScope: (token, scope) => scope.every((name) => token.scope?.includes(name)),
  },
})

const app = express()
app.use(express.urlencoded({ extended: false }))

const handle = (act) => async (request, response) => {
  const [asked, answer] = [new OAuth2Server.Request(request), new OAuth2Server.Response(response)]
  try {
    const token = await act(asked, answer)
    if (request.path === '/me') return response.json({ username: token.user.username })
    response.set(answer.headers).status(answer.status).json(answer.body)
  } catch (error) {
    const { code = 500, name, message } = error
    response.set(answer.headers).status(code).json({ error: name, error_description: message })
  }
}
app.post(
  '/token',
  handle((request, response) => oauth.token(request, response)),
)
app.get(
  '/me',
  handle((request, response) => oauth.authenticate(request, response, { scope: ['read'] })),
)
app.listen(Number(process.argv[2]), 'localhost')
