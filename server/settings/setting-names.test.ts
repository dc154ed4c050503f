// Mistyped names of settings, and names of other programs.

import { expect, test } from 'vitest'
import { describeUnknownNames } from './setting-names.ts'

const known = ['PORT', 'MASTER_KEY', 'PUBLIC_URL', 'TRUSTED_PROXIES', 'DEMO_ACCOUNTS']

test.each([
  ['MASTER_KYE', 'MASTER_KEY'],
  ['master_key', 'MASTER_KEY'],
  ['PUBLIC-URL', 'PUBLIC_URL'],
  ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
  ['DEMO_ACCOUNT', 'DEMO_ACCOUNTS'],
])('%s is named, with the nearest setting', (name, meant) => {
  expect(describeUnknownNames({ known, inFile: [name], inEnvironment: [name] })).toEqual([
    `${name} in .env is no setting. Is ${meant} meant?`,
  ])
  expect(describeUnknownNames({ known, inFile: [], inEnvironment: [name] })).toEqual([
    `${name} in the environment is no setting. Is ${meant} meant?`,
  ])
})

test('in .env a name that is near to none is named too; in the environment it is not', () => {
  const inEnvironment = ['JWT_SECRET', 'HOME', 'PATH', 'POST', 'HOSTNAME', 'SHELL']
  expect(describeUnknownNames({ known, inFile: ['JWT_SECRET', 'PROT'], inEnvironment })).toEqual([
    'JWT_SECRET in .env is no setting.',
    'PROT in .env is no setting. Is PORT meant?',
  ])
})

test('settings, and the variables of other programs, are not named', () => {
  const others = ['DOMAIN', 'POSTGRES_PASSWORD', 'NODE_OPTIONS', 'TZ', 'PGPASSFILE', 'VITE_TITLE']
  const inFile = [...known, ...others]
  expect(describeUnknownNames({ known, inFile, inEnvironment: inFile })).toEqual([])
})
