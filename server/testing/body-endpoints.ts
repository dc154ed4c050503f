// Every endpoint that takes text, read from the router and the app: a new one is included by itself.

import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import type { FastifyInstance } from 'fastify'
import { ZodType } from 'zod'
import { listRoutes } from '../../e2e/support/routes-of.ts'
import { describeSchema, type JsonSchema } from '../http/rest/json-schema.ts'
import { hasBody, listRestProcedures, restPrefix } from '../http/rest/rest-procedures.ts'
import { appRouter } from '../trpc/router.ts'
import { protocolParameters } from '../web/form-body.ts'

export type Fields = Readonly<Record<string, string>>

export interface Request {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers: Readonly<Record<string, string>>
  payload?: string
}

export interface BodyEndpoint {
  /** `POST /token`, `auth.login`, `PATCH /api/users/me`. */
  name: string
  /** The texts that it takes. */
  textFields: readonly string[]
  /** In bytes, of all texts together, encoded. */
  maxBytes: number
  /** Adds `padding` meaningless bytes. */
  encode(texts: Fields, padding?: number): Request
}

type Method = Request['method']

/** For endpoints that take forms: the parameters of the protocol, and those of our own pages. */
const formFields = [...protocolParameters, 'email', 'next']

/** The server's bounds (16 KiB and 64 KiB); for an address, what Node reads as headers. */
const [formBytes, jsonBytes, urlBytes] = [15_000, 60_000, 12_000]

/** The router reads what stands in a path, before any code of ours. */
const pathBytes = 2_000

export function listBodyEndpoints(app: FastifyInstance): BodyEndpoint[] {
  return [...listProcedures(), ...listRest(), ...listForms(app)]
}

const { procedures }: { procedures: Readonly<Record<string, AnyTRPCProcedure>> } = (
  appRouter as AnyTRPCRouter
)._def

/** The JSON Schema of each procedure's input. */
export function listInputSchemas(): { name: string; schema: JsonSchema }[] {
  return Object.entries(procedures).flatMap(([name, { _def }]) =>
    _def.inputs.flatMap((parser) =>
      parser instanceof ZodType ? [{ name, schema: describeSchema(parser, 'input').schema }] : [],
    ),
  )
}

function listProcedures(): BodyEndpoint[] {
  return Object.entries(procedures).flatMap(([name, { _def }]) => {
    if (_def.type === 'subscription') return []
    const input = readInput(listInputSchemas().filter((schema) => schema.name === name))
    if (_def.type === 'mutation') {
      return [json(name, 'POST', `/trpc/${name}`, input)]
    }
    const encode = (texts: Fields, padding?: number): Request => {
      const text = encodeURIComponent(JSON.stringify({ ...input.others, ...texts }))
      return address('GET', `/trpc/${name}?input=`, text, padding)
    }
    return [{ name, textFields: input.texts, maxBytes: urlBytes, encode }]
  })
}

function listRest(): BodyEndpoint[] {
  return listRestProcedures(appRouter).map((procedure) => {
    const { rest, fields, pathFields } = procedure
    const { texts, others } = readFields(fields)
    const name = `${rest.method} ${restPrefix}${rest.path}`
    // An empty one is another path.
    const toPath = (given: Fields) =>
      rest.path.replaceAll(
        /\{(\w+)\}/g,
        (_whole, field) => encodeURIComponent((given[field] ?? '').toWellFormed()) || '-',
      )
    const withoutPath = (given: Fields): Fields =>
      Object.fromEntries(Object.entries(given).filter(([field]) => !pathFields.includes(field)))
    if (hasBody(procedure)) {
      const encode = (given: Fields, padding = 0) => {
        const inPath = pathFields.length > 0
        const { url, headers } = address(
          rest.method,
          restPrefix,
          toPath(given),
          inPath ? padding : 0,
        )
        const { encode: toBody } = json(name, rest.method, url, { texts, others })
        const request = toBody(withoutPath(given), inPath ? 0 : padding)
        return { ...request, headers: { ...headers, ...request.headers } }
      }
      const maxBytes = pathFields.length > 0 ? pathBytes : jsonBytes
      return { name, textFields: texts, maxBytes, encode }
    }
    const encode = (given: Fields, padding?: number) => {
      const query = toForm(withoutPath(given))
      return pathFields.length > 0
        ? address(rest.method, restPrefix, `${toPath(given)}?${query}`, padding)
        : address(rest.method, `${restPrefix}${rest.path}?`, query, padding)
    }
    const maxBytes = pathFields.length > 0 ? pathBytes : urlBytes
    return { name, textFields: texts, maxBytes, encode }
  })
}

function listForms(app: FastifyInstance): BodyEndpoint[] {
  const paths = listRoutes(app).filter(
    (url) => !/^\/(trpc|api)\//.test(url) && app.hasRoute({ method: 'POST', url }),
  )
  return paths.map((url) => ({
    name: `POST ${url}`,
    textFields: formFields,
    maxBytes: formBytes,
    encode: (texts, padding = 0) => ({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `${toForm(texts)}${padding > 5 ? `&pad=${'a'.repeat(padding - 5)}` : ''}`,
    }),
  }))
}

/**
 * Nothing can be appended to an address. So letters are spelt as `%61` as far as possible, so that
 * as much is decoded; the rest stands in a header.
 */
function address(method: Method, prefix: string, text: string, padding = 0): Request {
  let spelt = 0
  const spelling = text.replaceAll(/a(?![0-9A-F])/g, (letter) => {
    if ((spelt + 1) * 2 > padding) return letter
    spelt += 1
    return '%61'
  })
  const headers = padding > spelt * 2 ? { 'x-padding': 'a'.repeat(padding - spelt * 2) } : {}
  return { method, url: prefix + spelling, headers }
}

interface Input {
  texts: string[]
  /** The other required fields. */
  others: Readonly<Record<string, unknown>>
}

function json(name: string, method: Method, url: string, { texts, others }: Input): BodyEndpoint {
  return {
    name,
    textFields: texts,
    maxBytes: jsonBytes,
    encode: (given, padding = 0) => ({
      method,
      url,
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ ...others, ...given }) + ' '.repeat(Math.max(0, padding)),
    }),
  }
}

function readInput(schemas: readonly { schema: JsonSchema }[]): Input {
  return readFields(Object.assign({}, ...schemas.map(({ schema }) => schema.properties)))
}

function readFields(fields: Readonly<Record<string, JsonSchema>>): Input {
  const entries = Object.entries(fields)
  const texts = entries.filter(([, schema]) => isText(schema)).map(([field]) => field)
  const others = entries.filter(([, schema]) => !isText(schema) && schema.default === undefined)
  return {
    texts,
    others: Object.fromEntries(others.map(([field, schema]) => [field, exampleOf(schema)])),
  }
}

/** A string of any words, which may be null too. */
function isText(schema: JsonSchema): boolean {
  if (schema.anyOf) return schema.anyOf.some((one) => typeof one === 'object' && isText(one))
  return schema.type === 'string' && schema.enum === undefined && schema.const === undefined
}

function exampleOf({ type, minimum, enum: words }: JsonSchema): unknown {
  if (words) return words[0]
  if (type === 'integer' || type === 'number') return minimum ?? 1
  return type === 'boolean' ? false : null
}

function toForm(texts: Fields): string {
  const entries = Object.entries(texts)
  return entries
    .map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`)
    .join('&')
}
