import * as openid from 'openid-client'

const url = process.argv[2] ?? 'http://localhost:3000'
const server = { issuer: url, token_endpoint: `${url}/token` }
const config = new openid.Configuration(server, 'keycard-cli', undefined, openid.None())
openid.allowInsecureRequests(config) // not needed with https
const login = { username: 'johndoe', password: 'secret', scope: 'me' }

const tokens = await openid.genericGrantRequest(config, 'password', login)
console.log(tokens.scope)
