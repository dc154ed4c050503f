// What the conformance suite says of arguments it cannot use: each sentence tells what is right.

import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const read = (line: string) => readArguments(line.split(' ').filter((word) => word !== ''))

test('takes an address alone, with the demo accounts', () => {
  expect(read('http://localhost:3000/')).toEqual({
    url: 'http://localhost:3000',
    username: 'johndoe',
    password: 'secret',
    disabled: { username: 'alice', password: 'secret2' },
    inspector: { username: 'admin', password: 'admin-secret' },
  })
})

test('leaves every demo account out where an account is named', () => {
  expect(read('https://login.example.com --username ada --password x')).toEqual({
    url: 'https://login.example.com',
    username: 'ada',
    password: 'x',
  })
})

test.each([
  ['', 'Say which server: npm run conformance -- http://localhost:3000'],
  ['localhost:3000', '"localhost:3000" is no address of a server: write it as http://'],
  ['http://localhost:3000/token', 'write it as http://localhost:3000.'],
  ['http://a.example http://b.example', 'One address is enough'],
  ['http://a.example --username ada', '--username needs --password beside it.'],
  ['http://a.example --client-secret x', '--client-secret needs --client-id beside it.'],
  ['http://a.example --user ada', "Unknown option '--user'"],
])('says of %j: %s', (line, sentence) => {
  expect(() => read(line)).toThrow(sentence)
})
