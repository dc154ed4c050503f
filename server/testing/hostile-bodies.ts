// Bodies made to cost a server time: texts that are expensive to normalize, match, trim or split.

import fc from 'fast-check'
import type { BodyEndpoint, Fields, Request } from './body-endpoints.ts'

/** The texts to try: `length` UTF-16 code units of each. */
type Pattern = (length: number) => string

/** In descending order of their combining class, so that normalizing has to reverse them all. */
const marks = ['\u0345', '\u0301', '\u0316', '\u031B', '\u0334']

const repeat =
  (piece: string): Pattern =>
  (length) =>
    piece.repeat(Math.ceil(length / piece.length)).slice(0, length)

const patterns: readonly Pattern[] = [
  (length) =>
    `a${marks.map((mark) => mark.repeat(Math.ceil(length / 5))).join('')}`.slice(0, length),
  (length) => `a${repeat('\u0316\u0301')(length)}`.slice(0, length),
  repeat(`a${'\u0301\u0316\u0334'.repeat(10)}`),
  repeat('e\u0301'),
  repeat('\u1112\u1161\u11AB'),
  repeat('\uFDFA'),
  repeat('\u0130'),
  repeat('Ω\u1F87'),
  repeat('\uD800'),
  repeat('\u{1F468}\u200D'),
  repeat('\0'),
  repeat(' '),
  (length) => ` ${'\t'.repeat(length)}x`.slice(-length),
  repeat('a'),
  repeat('ab'),
  repeat('a@'),
  repeat('a.'),
  repeat('-'),
  repeat('='),
  repeat('%25'),
  repeat('/..'),
  repeat('/a'),
  repeat('\\'),
  repeat('me '),
  repeat('me:write users:read '),
  (length) =>
    Array.from({ length }, (_, index) => index.toString(36))
      .join(' ')
      .slice(0, length),
  (length) => `${'1'.repeat(length)}a`.slice(-length),
  (length) => ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(length / 4)).join(''),
  repeat('qwertyuiop'),
  repeat('passw0rd!'),
  repeat('eyJhbGciOiJFZERTQSJ9'),
  (length) => `${'A'.repeat(22)}.${'1'.repeat(length)}`.slice(0, length),
]

/** Around the bounds, and far beyond. */
const lengths = [1, 3, 15, 64, 65, 100, 200, 254, 255, 400, 512, 1_024, 2_000, 2_048, 2_049, 60_000]

const arbitraryText = fc
  .record({
    pattern: fc.constantFrom(...patterns),
    length: fc.oneof(fc.constantFrom(...lengths), fc.integer({ min: 1, max: 60_000 })),
  })
  .map(({ pattern, length }) => ({ length, make: pattern }))

/** A request made to cost time, and a plain one of the same length. */
export interface Pair {
  hostile: Request
  plain: Request
  /** What is hostile about it. */
  what: string
}

/**
 * `count` bodies of hostile texts, the same for the same seed, and bodies that hold no text at all.
 */
export function makePairs(endpoint: BodyEndpoint, count: number, seed: number): Pair[] {
  const pairs = makeHostileBodies(endpoint, count, seed).map((body): Pair => {
    const twin = makePlainTwin(body)
    const padding = sizeOf(endpoint, body) - sizeOf(endpoint, twin)
    return {
      hostile: endpoint.encode(body),
      plain: endpoint.encode(twin, padding),
      what: describeTexts(body),
    }
  })
  return [...pairs, ...makeShapes(endpoint)]
}

/** Bodies whose shape is hostile, whatever the endpoint reads of them. */
function makeShapes({ encode, maxBytes }: BodyEndpoint): Pair[] {
  const request = encode({})
  if (request.payload === undefined) return []
  const isJson = request.headers['content-type'] === 'application/json'
  const length = Math.min(maxBytes, isJson ? 60_000 : 15_000)
  const payloads = isJson ? jsonShapes(length) : formShapes(length)
  return payloads.map((payload) => {
    // Short fields of JSON, or letters: percent-encoded where the hostile text is encoded.
    const plain = isJson
      ? `{${Array.from({ length: payload.length / 12 }, (_, index) => `"a${10_000 + index}":"a"`).join()}}`
      : `a=${repeat(/^[%+]/.test(payload) ? '%61' : 'a')(payload.length - 2)}`
    return {
      hostile: { ...request, payload },
      plain: { ...request, payload: plain },
      what: `${JSON.stringify(payload.slice(0, 12))}… (${payload.length})`,
    }
  })
}

const formShapes = (length: number): string[] =>
  ['=', '&', 'a=&', '%', '%41', '%zz', '+', 'a', '&a&', '%26'].map((piece) => repeat(piece)(length))

const jsonShapes = (length: number): string[] => [
  ...['[', ' ', '{"a":', '1', '-', '"'].map((piece) => repeat(piece)(length)),
  '['.repeat(length / 2) + ']'.repeat(length / 2),
  `{${Array.from({ length: length / 10 }, (_, index) => `"${index}":0`).join()}}`,
  `{${Array.from({ length: length / 16 }, () => '"__proto__":0').join()}}`,
  `{"a":"${'\\u0301'.repeat(length / 7)}"}`,
  `{"a":1${'0'.repeat(length)}}`,
]

/** The same for the same seed. */
function makeHostileBodies(endpoint: BodyEndpoint, count: number, seed: number): Fields[] {
  const { textFields } = endpoint
  const arbitrary = fc.record({
    texts: fc.array(arbitraryText, { minLength: textFields.length, maxLength: textFields.length }),
    /** One field is hostile, or all are. */
    alone: fc.option(fc.nat(Math.max(0, textFields.length - 1))),
  })
  return fc.sample(arbitrary, { numRuns: count, seed }).map(({ texts, alone }) => {
    const build = (share: number): Fields =>
      Object.fromEntries(
        textFields.map((field, index) => {
          const text = texts[index]
          const isHostile = alone === null || alone === index
          const length = Math.max(1, Math.floor((text?.length ?? 1) * share))
          return [field, isHostile && text ? text.make(length) : plainText(field)]
        }),
      )
    let share = 1
    while (sizeOf(endpoint, build(share)) > endpoint.maxBytes) share /= 2
    return build(share)
  })
}

/** In no order that a password rule would refuse: the multiples of a large prime, as letters. */
const plainLetters = Array.from({ length: 60_000 }, (_, index) =>
  String.fromCharCode(97 + ((((index + 1) * 7_919) % 65_537) % 26)),
).join('')

/** A body with the same fields, lengths and bytes that holds nothing hostile. */
function makePlainTwin(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [
      name,
      text === plainText(name) ? text : plainLetters.slice(0, text.length),
    ]),
  )
}

/** How each text begins, and how long it is. */
function describeTexts(body: Fields): string {
  const texts = Object.entries(body).map(
    ([name, text]) => `${name} ${JSON.stringify(text.slice(0, 12))}… (${text.length})`,
  )
  return texts.join(', ')
}

/** In bytes: of the body, or of the address where there is none. */
function sizeOf(endpoint: BodyEndpoint, fields: Fields): number {
  const { url, payload = '' } = endpoint.encode(fields)
  return Buffer.byteLength(payload) + url.length
}

/** Valid values that let a request reach the other fields. */
function plainText(field: string): string {
  return plainTexts[field] ?? 'a'
}

const plainTexts: Fields = {
  grant_type: 'password',
  client_id: 'keycard-cli',
  client_secret: '',
  scope: 'me',
  refresh_token: '',
  token_type_hint: '',
  email: 'a@b.example',
  next: '/items',
}
