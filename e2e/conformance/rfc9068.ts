// RFC 9068, JWT Profile for Access Tokens, with what RFC 8725 asks of whoever takes one.

import { expectHeader, expectJson, expectStatus, expectText, expectThat } from './expect.ts'
import { encodePart, type Jwt, readJwt } from './jwt.ts'
import type { Chapter, Requirement } from './requirement.ts'
import { namedClient, type Target } from './target.ts'

/** What is changed in a good token, whose signature then fits no more. */
const forgeries: Record<string, (jwt: Jwt) => string> = {
  'alg is none and there is no signature': ({ header, claims }) =>
    `${encodePart({ ...header, alg: 'none' })}.${encodePart(claims)}.`,
  'alg is none and the signature is kept': ({ header, claims, signature }) =>
    `${encodePart({ ...header, alg: 'none' })}.${encodePart(claims)}.${encodeBytes(signature)}`,
  'the signature is all zeros': ({ signed, signature }) =>
    `${signed}.${encodeBytes(new Uint8Array(signature.length))}`,
  'one bit of the signature differs': ({ signed, signature }) =>
    `${signed}.${encodeBytes(signature.map((byte, index) => (index === 9 ? byte ^ 1 : byte)))}`,
  'the scope is wider': ({ header, claims, signature }) => {
    const wider = { ...claims, scope: `${String(claims.scope)} users:write` }
    return `${encodePart(header)}.${encodePart(wider)}.${encodeBytes(signature)}`
  },
  'the expiry is later': ({ header, claims, signature }) => {
    const later = { ...claims, exp: Number(claims.exp) + 3_600 }
    return `${encodePart(header)}.${encodePart(later)}.${encodeBytes(signature)}`
  },
  'the kid is of no key': ({ header, claims, signature }) =>
    `${encodePart({ ...header, kid: 'no-such-key' })}.${encodePart(claims)}.${encodeBytes(signature)}`,
  'its header names a key of its own': ({ header, claims, signature }) => {
    const jwk = { kty: 'oct', k: 'AAAA' }
    return `${encodePart({ ...header, jwk })}.${encodePart(claims)}.${encodeBytes(signature)}`
  },
  'a fourth part follows': ({ signed, signature }) => `${signed}.${encodeBytes(signature)}.AAAA`,
  'the signature is padded': ({ signed, signature }) => `${signed}.${encodeBytes(signature)}==`,
}

export const rfc9068: Chapter = {
  source: 'RFC 9068',
  title: 'JWT Profile for Access Tokens',
  requirements: [
    {
      clause: '§2.1',
      sentence: 'The token is signed, and its typ is at+jwt',
      async run(target) {
        const { header } = await readToken(target)
        expectThat(
          typeof header.typ === 'string' && /^(application\/)?at\+jwt$/i.test(header.typ),
          `typ is ${JSON.stringify(header.typ) ?? 'absent'}, but should be "at+jwt"`,
        )
        expectThat(typeof header.alg === 'string' && header.alg !== 'none', 'it is not signed')
      },
    },
    ...['iss', 'sub', 'client_id', 'jti'].map((name) => ({
      clause: '§2.2',
      sentence: `The token has ${name}, and it is a text`,
      run: async (target: Target) => {
        expectText((await readToken(target)).claims, name)
      },
    })),
    {
      clause: '§2.2',
      sentence: 'The token has aud',
      async run(target) {
        const { aud } = (await readToken(target)).claims
        const isThere = Array.isArray(aud) ? aud.length > 0 : typeof aud === 'string' && aud !== ''
        expectThat(isThere, 'aud is not there')
      },
    },
    {
      clause: '§2.2',
      sentence: 'iss is the server itself',
      async run(target) {
        const { iss } = (await readToken(target)).claims
        expectThat(
          iss === target.issuer,
          `iss is ${JSON.stringify(iss)}, but should be "${target.issuer}"`,
        )
      },
    },
    {
      clause: '§2.2',
      sentence: 'exp and iat are whole numbers, and expires_in is what lies between them',
      async run(target) {
        const { exp, iat } = (await readToken(target)).claims
        expectThat(Number.isSafeInteger(exp) && Number.isSafeInteger(iat), 'they are not')
        const seconds = expectJson(await target.signInAnswer()).expires_in
        expectThat(Number(exp) - Number(iat) === seconds, 'exp − iat is not expires_in')
      },
    },
    {
      clause: '§2.2.3',
      sentence: 'The scope of the token is the scope of the answer',
      async run(target) {
        const { scope } = (await readToken(target)).claims
        expectThat(scope === expectJson(await target.signInAnswer()).scope, 'they differ')
      },
    },
    {
      clause: '§2.2',
      sentence: 'client_id is the client that asked',
      async run(target) {
        const { client_id: client } = (await readToken(target)).claims
        expectThat(client === namedClient.client_id, `it is ${JSON.stringify(client)}`)
      },
    },
    {
      clause: '§2.2',
      sentence: 'Two tokens never have the same jti',
      async run(target) {
        const [one, other] = [await target.signIn(), await target.signIn()]
        const names = [one, other].map(({ accessToken }) => readJwt(accessToken).claims.jti)
        expectThat(names[0] !== names[1], 'they are the same')
      },
    },
    {
      clause: '§6',
      sentence: 'The token says nothing personal: no name, no e-mail address',
      async run(target) {
        const { claims } = await readToken(target)
        const { username } = target.credentials
        expectThat(!JSON.stringify(claims).includes(username), 'it has the user name')
        expectThat(!('email' in claims || 'name' in claims), 'it has email or name')
      },
    },
    ...Object.entries(forgeries).map(
      ([name, forge]): Requirement => ({
        clause: '§4',
        sentence: `A token is refused where ${name}`,
        async run(target) {
          const { accessToken } = await target.session()
          expectStatus(await target.call(accessToken), 200)
          const answer = await target.call(forge(readJwt(accessToken)))
          expectStatus(answer, 401)
          expectHeader(answer, 'www-authenticate', /\berror="invalid_token"/)
        },
      }),
    ),
  ],
}

async function readToken(target: Target): Promise<Jwt> {
  return readJwt((await target.session()).accessToken)
}

function encodeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
