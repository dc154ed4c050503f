import { ResourceOwnerPassword } from 'simple-oauth2'

const url = process.argv[2] ?? 'http://localhost:3000'
const client = new ResourceOwnerPassword({
  client: { id: 'keycard-cli', secret: '' }, // an empty secret counts as none
  auth: { tokenHost: url, tokenPath: '/token', revokePath: '/revoke' },
  options: { authorizationMethod: 'body' },
})

const login = { username: 'johndoe', password: 'secret', scope: 'me' }
const { token } = await client.getToken(login)
console.log(token.scope)
