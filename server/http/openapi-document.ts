// The OpenAPI 3.1 document, made from the router itself: nothing in it can fall behind the code.

import type { AnyTRPCRouter } from '@trpc/server'
import { oauthPaths } from '../contract/oauth.ts'
import { scopeCatalogue } from '../contract/scopes.ts'
import type { JsonSchema } from './json-schema.ts'
import {
  type ErrorResponseName,
  errorResponses,
  errorSchemas,
  statusOfResponse,
} from './openapi-responses.ts'
import { describeTokenEndpoint, tokenSchemas } from './openapi-token.ts'
import {
  describeIntrospectionEndpoint,
  describeRevocationEndpoint,
  introspectionSchemas,
} from './openapi-token-use.ts'
import { packageVersion } from './package-version.ts'
import { hasBody, listRestProcedures, type RestProcedure, restPrefix } from './rest-procedures.ts'

interface DocumentOptions {
  /** false: nobody signs in with a password, so no scheme says that one could. */
  passwordGrant: boolean
}

export function describeApi(router: AnyTRPCRouter, { passwordGrant }: DocumentOptions) {
  const procedures = listRestProcedures(router)
  const securitySchemes = describeSecuritySchemes(passwordGrant)
  const schemeNames = Object.keys(securitySchemes)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keycard',
      version: packageVersion,
      summary: 'Sign in at /token, then call /api with the token.',
    },
    paths: {
      [oauthPaths.token]: { post: describeTokenEndpoint({ passwordGrant }) },
      [oauthPaths.revoke]: { post: describeRevocationEndpoint() },
      [oauthPaths.introspect]: { post: describeIntrospectionEndpoint(schemeNames) },
      ...describePaths(procedures, schemeNames),
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
}

function describeSecuritySchemes(passwordGrant: boolean) {
  const password = { tokenUrl: oauthPaths.token, refreshUrl: oauthPaths.token }
  return {
    ...(passwordGrant && {
      OAuth2PasswordBearer: {
        type: 'oauth2',
        flows: { password: { ...password, scopes: scopeCatalogue } },
      },
    }),
    HTTPBearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  }
}

function describePaths(procedures: readonly RestProcedure[], schemeNames: readonly string[]) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const procedure of procedures) {
    const path = restPrefix + procedure.rest.path
    const method = procedure.rest.method.toLowerCase()
    paths[path] = { ...paths[path], [method]: describeOperation(procedure, schemeNames) }
  }
  return paths
}

function describeOperation(procedure: RestProcedure, schemeNames: readonly string[]) {
  const { name, rest, isPublic, scopes, output } = procedure
  const parameters = describeParameters(procedure)
  return {
    operationId: name,
    tags: [name.split('.', 1)[0]],
    summary: rest.summary,
    // One of the schemes is enough; of the scopes, all are needed.
    security: isPublic ? [] : schemeNames.map((scheme) => ({ [scheme]: scopes })),
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody(procedure) && { requestBody: describeBody(procedure) }),
    responses: {
      [rest.successStatus ?? 200]: {
        description: 'Done.',
        content: { 'application/json': { schema: output } },
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
  ]
}

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
  if (hasBody(procedure)) names.push('ContentTooLarge', 'UnsupportedMediaType')
  // Guesses at a password are counted wherever it is asked for (R100).
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
