// OWASP ASVS 5.0: what a sign-in must not give away, and that passwords are taken as they are.

import { expectJson, expectRefused, expectStatus, expectThat } from './expect.ts'
import type { Chapter } from './requirement.ts'
import type { Answer } from './send.ts'
import { readTokens } from './target.ts'

export const asvs: Chapter = {
  source: 'OWASP ASVS 5.0',
  title: 'Application Security Verification Standard',
  requirements: [
    {
      clause: '6.2.8',
      sentence: 'A password is taken as it was sent: not trimmed, not in another case',
      async run(target) {
        const { password } = target.credentials
        readTokens(await target.signInAnswer())
        const others = [` ${password} `, `${password}\n`, swapCase(password)]
        for (const other of others.filter((text) => text !== password)) {
          expectRefused(await target.askByPassword({ password: other }))
        }
      },
    },
    {
      clause: '6.3.8',
      sentence: 'An unknown user gets the answer of a wrong password, to the byte',
      async run(target) {
        const [known, unknown] = [await target.refused(), await target.refusedUnknown()]
        expectRefused(known)
        expectThat(unknown.status === known.status, 'the status differs')
        expectThat(unknown.text === known.text, 'the answers differ')
      },
    },
    {
      clause: '6.3.8',
      sentence: 'The headers do not reveal who is known either',
      async run(target) {
        const [known, unknown] = [await target.refused(), await target.refusedUnknown()]
        expectRefused(known)
        const differing = listDifferingHeaders(known, unknown)
        expectThat(differing.length === 0, `${differing.join(', ')} differs`)
      },
    },
    {
      clause: '15.3.1',
      sentence: 'The answer of the protected call holds no password, and no hash of one',
      async run(target) {
        const answer = await target.call((await target.session()).accessToken)
        expectStatus(answer, 200)
        const found = listSecrets(expectJson(answer), target.credentials.password)
        expectThat(found.length === 0, `it has ${found.join(', ')}`)
      },
    },
  ],
}

/** Differs in each answer: the time, the duration, its name, what is left of a limit, its length. */
const changing =
  /^(date|age|content-length|server-timing|set-cookie|etag|traceparent|x-runtime|x-response-time|(x-)?(request|correlation|trace)-?id|(x-)?rate-?limit.*|retry-after)$/

function listDifferingHeaders(one: Answer, other: Answer): string[] {
  const names = new Set([...Object.keys(one.headers), ...Object.keys(other.headers)])
  const value = ({ headers }: Answer, name: string) =>
    // It counts that one is set; its value differs each time.
    changing.test(name) ? name in headers : String(headers[name])
  return [...names].filter((name) => value(one, name) !== value(other, name))
}

/** The members, at any depth, that are passwords or stored forms of one, or are named like one. */
function listSecrets(value: unknown, password: string, path = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => {
      const here = path === '' ? name : `${path}.${name}`
      const isNamedSo = secretName.test(name) && typeof member === 'string' && member !== ''
      return isNamedSo ? [here] : listSecrets(member, password, here)
    })
  }
  return typeof value === 'string' && (value === password || storedHash.test(value)) ? [path] : []
}

const secretName = /^(hashed_?password|password(_?(hash|digest|salt))?|pass(wd|hash)?|pwd)$/i
/** Of crypt(3), of passlib, of Django and of LDAP. */
const storedHash =
  /^(\$(2[abxy]?|argon2(id|i|d)|scrypt|pbkdf2[\w-]*|[156y])\$|(pbkdf2_|bcrypt|argon2)\w*\$|\{S?SHA)/

function swapCase(text: string): string {
  return [...text]
    .map((letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    )
    .join('')
}
