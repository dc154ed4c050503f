// The OpenAPI 3.1 document, generated from the router: it cannot fall behind the code.

import type { AnyTRPCRouter } from '@trpc/server'
import type { Config } from '../../config.ts'
import { productName } from '../../contract/brand.ts'
import { passwordMaxLength } from '../../contract/credential-rules.ts'
import { newPasswordFormat } from '../../contract/credentials.ts'
import { oauthPaths } from '../../contract/oauth.ts'
import { packageLicense, packageVersion } from '../../settings/package-version.ts'
import type { JsonSchema } from '../rest/json-schema.ts'
import {
  hasBody,
  listRestProcedures,
  type RestProcedure,
  restPrefix,
  takesVersion,
} from '../rest/rest-procedures.ts'
import {
  type ErrorResponseName,
  errorResponses,
  errorSchemas,
  statusOfResponse,
} from './openapi-responses.ts'
import { describeScopes, describeSecurity, describeSecuritySchemes } from './openapi-security.ts'
import { describeTokenEndpoint, tokenSchemas } from './openapi-token.ts'
import {
  describeIntrospectionEndpoint,
  describeRevocationEndpoint,
  introspectionSchemas,
} from './openapi-token-use.ts'

/** Without the password grant no security scheme offers a sign-in with a password. */
type DocumentOptions = Pick<Config, 'passwordGrant' | 'passwordMinLength'>

export function describeApi(
  router: AnyTRPCRouter,
  { passwordGrant, passwordMinLength }: DocumentOptions,
) {
  const procedures = listRestProcedures(router)
  const securitySchemes = describeSecuritySchemes(passwordGrant)
  const document = {
    openapi: '3.1.0',
    info: {
      title: productName,
      version: packageVersion,
      summary: 'Sign in at /token, then call /api with the token.',
      description: 'The same procedures as at /trpc, each at a path of its own.',
      ...(packageLicense !== undefined && {
        license: { name: packageLicense, identifier: packageLicense },
      }),
    },
    // Relative to where the document was loaded from: behind a proxy, on localhost, at an address.
    servers: [{ url: '/', description: 'This server' }],
    tags: listTags(procedures),
    paths: {
      [oauthPaths.token]: { post: describeTokenEndpoint({ passwordGrant }) },
      [oauthPaths.revoke]: { post: describeRevocationEndpoint() },
      [oauthPaths.introspect]: { post: describeIntrospectionEndpoint(passwordGrant) },
      ...describePaths(procedures, passwordGrant),
    },
    components: {
      schemas: {
        ...collectDefinitions(procedures),
        ...errorSchemas,
        ...tokenSchemas,
        ...introspectionSchemas,
      },
      responses: errorResponses,
      securitySchemes,
    },
  }
  return withPasswordLength(document, passwordMinLength)
}

/** In code points, as JSON Schema counts. The minimum length is a setting. */
function withPasswordLength<Document>(document: Document, minLength: number): Document {
  return JSON.parse(JSON.stringify(document), (_key, value) =>
    value?.format === newPasswordFormat
      ? { ...value, format: 'password', minLength, maxLength: passwordMaxLength }
      : value,
  )
}

/** One for each router, and one for the OAuth2 endpoints. */
function listTags(procedures: readonly RestProcedure[]): { name: string; description: string }[] {
  const names = new Set(['token', ...procedures.map(({ name }) => tagOf(name))])
  return [...names].map((name) => ({
    name,
    description: name === 'token' ? 'OAuth2: RFC 6749, 7009 and 7662.' : `As tRPC has it: ${name}.`,
  }))
}

function tagOf(procedureName: string): string {
  return procedureName.split('.', 1)[0] ?? procedureName
}

function describePaths(procedures: readonly RestProcedure[], passwordGrant: boolean) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const procedure of procedures) {
    const path = restPrefix + procedure.rest.path
    const method = procedure.rest.method.toLowerCase()
    paths[path] = { ...paths[path], [method]: describeOperation(procedure, passwordGrant) }
  }
  return paths
}

function describeOperation(procedure: RestProcedure, passwordGrant: boolean) {
  const { name, rest, isPublic, scopes, output } = procedure
  const parameters = describeParameters(procedure)
  return {
    operationId: name,
    tags: [tagOf(name)],
    summary: rest.summary,
    description: isPublic ? 'Open to everybody.' : describeScopes(scopes),
    security: isPublic ? [] : describeSecurity(passwordGrant, scopes),
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody(procedure) && { requestBody: describeBody(procedure) }),
    responses: {
      [rest.successStatus ?? 200]: {
        description: 'Done.',
        ...(rest.isVersioned && { headers: etagHeader }),
        content: Object.fromEntries(
          (rest.mediaTypes ?? ['application/json']).map((type) => [type, { schema: output }]),
        ),
      },
      ...describeRefusals(procedure),
    },
  }
}

function describeParameters(procedure: RestProcedure) {
  const { fields, requiredFields, pathFields } = procedure
  const queryFields = hasBody(procedure)
    ? []
    : Object.keys(fields).filter((name) => !pathFields.includes(name))
  return [
    ...pathFields.map((name) => ({ name, in: 'path', required: true, schema: fields[name] })),
    ...queryFields.map((name) => ({
      name,
      in: 'query',
      required: requiredFields.includes(name),
      schema: fields[name],
    })),
    ...(takesVersion(procedure) ? [ifMatchParameter] : []),
  ]
}

const etagHeader = {
  ETag: { description: 'The version, in quotes.', schema: { type: 'string' } },
} as const

const ifMatchParameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag, or version in quotes, that the change was made from. Absent: any.',
  schema: { type: 'string', example: '"1"' },
} as const

function describeBody({ fields, requiredFields, pathFields }: RestProcedure) {
  const isInBody = (name: string) => !pathFields.includes(name)
  const required = requiredFields.filter(isInBody)
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).filter(([name]) => isInBody(name))),
    ...(required.length > 0 && { required }),
  }
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

function describeRefusals(procedure: RestProcedure) {
  const names: ErrorResponseName[] = ['BadRequest', 'ValidationError', 'Unavailable']
  if (!procedure.isPublic) names.push('Unauthorized', 'Forbidden')
  if (procedure.pathFields.length > 0) names.push('NotFound')
  if (takesVersion(procedure)) names.push('PreconditionFailed')
  if (hasBody(procedure)) names.push('ContentTooLarge', 'UnsupportedMediaType')
  // Guesses at a password are counted wherever one is asked for (R100).
  if ('current_password' in procedure.fields || 'proof' in procedure.fields) {
    names.push('TooManyRequests')
  }
  return Object.fromEntries(
    names.map((name) => [statusOfResponse[name], { $ref: `#/components/responses/${name}` }]),
  )
}

/** @throws Error at the start where two different schemas bear the same id */
function collectDefinitions(procedures: readonly RestProcedure[]): Record<string, JsonSchema> {
  const collected: Record<string, JsonSchema> = {}
  for (const { name, definitions } of procedures) {
    for (const [id, schema] of Object.entries(definitions)) {
      const known = collected[id]
      if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
        throw new Error(`${name}: there is another schema with the id ${id}`)
      }
      collected[id] = schema
    }
  }
  return collected
}
