import { OAuth2Client } from '@badgateway/oauth2-client'

const url = process.argv[2] ?? 'http://localhost:3000'
const client = new OAuth2Client({ server: url, clientId: 'keycard-cli', tokenEndpoint: '/token' })

const login = { username: 'johndoe', password: 'secret', scope: ['me'] }
const tokens = await client.password(login)
console.log(tokens.scope?.join(' '))
