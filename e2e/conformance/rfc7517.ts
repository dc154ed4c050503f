// RFC 7517, JSON Web Key: the key set with which others verify a server's tokens.

import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { expectHeader, expectJson, expectStatus, expectText, expectThat } from './expect.ts'
import { readJwt } from './jwt.ts'
import { type Chapter, NotOffered } from './requirement.ts'
import type { Target } from './target.ts'

/** RFC 7518 §6 and RFC 8037 §2: members that hold a secret. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export const rfc7517: Chapter = {
  source: 'RFC 7517',
  title: 'JSON Web Key (Set)',
  requirements: [
    {
      clause: '§5',
      sentence: 'The set is 200, JSON, and has a list of keys that each have a kty',
      async run(target) {
        const answer = await target.document(target.paths.jwks)
        expectStatus(answer, 200)
        expectHeader(answer, 'content-type', /^application\/(jwk-set\+)?json\b/)
        for (const key of await readKeys(target)) expectText(key, 'kty')
      },
    },
    {
      clause: '§9.2',
      sentence: 'No key of the set has a private member',
      async run(target) {
        for (const key of await readKeys(target)) {
          const found = privateMembers.filter((name) => name in key)
          expectThat(found.length === 0, `a key has ${found.join(', ')}`)
        }
      },
    },
    {
      clause: '§4.5 SHOULD',
      sentence: 'Each key has a kid of its own',
      async run(target) {
        const names = (await readKeys(target)).map((key) => expectText(key, 'kid'))
        expectThat(new Set(names).size === names.length, 'two keys have the same kid')
      },
    },
    {
      clause: '§4',
      sentence: 'The key that a token names is in the set, for the algorithm that the token names',
      async run(target) {
        const { header } = readJwt((await target.session()).accessToken)
        const key = await findKey(target, header.kid)
        expectThat(key.alg === undefined || key.alg === header.alg, 'the key is for another alg')
        expectThat(key.use === undefined || key.use === 'sig', 'the key is not for signatures')
      },
    },
    {
      clause: 'RFC 7515 §5.2',
      sentence: 'The signature of a token is verified by that key, and a changed one is not',
      async run(target) {
        const { header, signed, signature } = readJwt((await target.session()).accessToken)
        const jwk = await findKey(target, header.kid)
        const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
        const hash = header.alg === 'EdDSA' ? null : 'sha256'
        const isGood = (text: string) =>
          verify(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature)
        expectThat(isGood(signed), 'the signature is not verified')
        expectThat(!isGood(`${signed}A`), 'the signature of a changed token is verified')
      },
    },
  ],
}

export async function readKeys(target: Target): Promise<Record<string, unknown>[]> {
  const { keys } = expectJson(await target.document(target.paths.jwks))
  const members = Array.isArray(keys) ? keys.filter((key) => typeof key === 'object' && key) : []
  expectThat(Array.isArray(keys) && members.length === keys.length, 'keys is no list of objects')
  // With a shared secret (HS256) there is no key to publish.
  if (members.length === 0) throw new NotOffered('the set is empty')
  return members
}

async function findKey(target: Target, kid: unknown): Promise<Record<string, unknown>> {
  if (kid === undefined) throw new NotOffered('its tokens name no key')
  const key = (await readKeys(target)).find((candidate) => candidate.kid === kid)
  expectThat(key !== undefined, 'the set has no key of that kid')
  return key
}
