// RFC 9068, JWT Profile for Access Tokens: what a token contains, where it claims to follow the profile.

import { expectJson, expectText, expectThat } from './expect.ts'
import { type Jwt, readJwt } from './jwt.ts'
import { type Chapter, NotOffered } from './requirement.ts'
import type { Target } from './target.ts'

export const rfc9068: Chapter = {
  source: 'RFC 9068',
  title: 'JWT Profile for Access Tokens',
  requirements: [
    {
      clause: '§2.1',
      sentence: 'The token is signed',
      async run(target) {
        const { header } = await readToken(target)
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
      sentence: 'exp and iat are whole numbers, and expires_in is their difference',
      async run(target) {
        const { exp, iat } = (await readToken(target)).claims
        expectThat(Number.isSafeInteger(exp) && Number.isSafeInteger(iat), 'they are not')
        const seconds = expectJson(await target.signInAnswer()).expires_in
        if (seconds === undefined) throw new NotOffered('it gives no expires_in')
        expectThat(Number(exp) - Number(iat) === seconds, 'exp − iat is not expires_in')
      },
    },
    {
      clause: '§2.2.3',
      sentence: 'The scope of the token is the scope of the answer',
      async run(target) {
        const { scope } = (await readToken(target)).claims
        const said = expectJson(await target.signInAnswer()).scope
        if (said === undefined) throw new NotOffered('the answer has no scope')
        expectThat(scope === said, 'they differ')
      },
    },
    {
      clause: '§2.2',
      sentence: 'client_id is the client that asked',
      async run(target) {
        const { client_id: client } = (await readToken(target)).claims
        expectThat(client === target.requireClient().id, `it is ${JSON.stringify(client)}`)
      },
    },
    {
      clause: '§2.2',
      sentence: 'Two tokens never have the same jti',
      async run(target) {
        await readToken(target)
        const [one, other] = [await target.signIn(), await target.signIn()]
        const names = [one, other].map(({ accessToken }) => readJwt(accessToken).claims.jti)
        expectThat(names[0] !== names[1], 'they are the same')
      },
    },
    {
      clause: '§6',
      sentence: 'The token holds nothing personal: no name, no email address',
      async run(target) {
        const { claims } = await readToken(target)
        const { username } = target.credentials
        expectThat(!JSON.stringify(claims).includes(username), 'it has the username')
        expectThat(!('email' in claims || 'name' in claims), 'it has email or name')
      },
    },
  ],
}

/** @throws NotOffered where it does not claim to follow this profile (§2.1) */
async function readToken(target: Target): Promise<Jwt> {
  const jwt = readJwt((await target.session()).accessToken)
  const { typ } = jwt.header
  if (typeof typ === 'string' && /^(application\/)?at\+jwt$/i.test(typ)) return jwt
  throw new NotOffered(`its tokens claim no such profile: typ is ${JSON.stringify(typ)}`)
}
