// What the conformance suite says about arguments it cannot use: each sentence names the right form.

import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const read = (line: string) => readArguments(line.split(' ').filter((word) => word !== ''))

test('takes an address alone, with the demo accounts', () => {
  expect(read('http://localhost:3000/')).toMatchObject({
    profile: 'keycard',
    options: {
      url: 'http://localhost:3000',
      username: 'johndoe',
      password: 'secret',
      paths: { token: '/token', call: '/api/users/me' },
      scopes: { call: 'me', other: 'me:write' },
      client: { id: 'keycard-cli' },
      otherClient: { id: 'keycard-web' },
      disabled: { username: 'alice', password: 'secret2' },
      inspector: { username: 'admin', password: 'admin-secret' },
    },
  })
})

test('leaves every demo account out where an account is named', () => {
  expect(read('https://login.example.com --username ada --password x').options).toMatchObject({
    url: 'https://login.example.com',
    username: 'ada',
    password: 'x',
    disabled: undefined,
    inspector: undefined,
  })
})

test('takes the paths, scopes and clients of another server, and assumes none', () => {
  const line = 'http://a.example --profile oauth --username ada --password x'
  expect(read(line).options).toMatchObject({
    paths: { token: '/token', call: undefined },
    scopes: undefined,
    client: undefined,
  })
  const more =
    '--token-path /oauth/token --call-path /me --scope read --other-scope write --client-id app --client-secret s'
  expect(read(`${line} ${more}`).options).toMatchObject({
    paths: { token: '/oauth/token', call: '/me' },
    scopes: { call: 'read', other: 'write' },
    client: { id: 'app', secret: 's' },
    otherClient: undefined,
  })
})

test.each([
  ['', 'Say which server: npm run conformance -- http://localhost:3000'],
  ['localhost:3000', '"localhost:3000" is no address of a server: write it as http://'],
  ['http://localhost:3000/token', 'write it as http://localhost:3000.'],
  ['http://a.example http://b.example', 'One address is enough'],
  ['http://a.example --username ada', '--username needs --password beside it.'],
  ['http://a.example --client-secret x', '--client-secret needs --client-id beside it.'],
  ['http://a.example --profile django', '--profile is "django", but is keycard, fastapi, oauth.'],
  ['http://a.example --profile oauth', 'Say which account may sign in'],
  ['http://a.example --user ada', "Unknown option '--user'"],
])('says of %j: %s', (line, sentence) => {
  expect(() => read(line)).toThrow(sentence)
})
