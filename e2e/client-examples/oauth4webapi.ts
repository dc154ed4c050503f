import * as oauth from 'oauth4webapi'

const url = process.argv[2] ?? 'http://localhost:3000'
const server = { issuer: url, token_endpoint: `${url}/token` }
const client = { client_id: 'keycard-cli' }
const overHttp = { [oauth.allowInsecureRequests]: true } // not needed with https
const login = { username: 'johndoe', password: 'secret', scope: 'me' }

const answer = await oauth.genericTokenEndpointRequest(
  server,
  client,
  oauth.None(),
  'password',
  login,
  overHttp,
)
const tokens = await oauth.processGenericTokenEndpointResponse(server, client, answer)
console.log(tokens.scope)
