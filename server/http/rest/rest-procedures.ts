// The procedures that declare a REST path, with the schemas of their input and output.

import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import { ZodType } from 'zod'
import type { Scope } from '../../contract/scopes.ts'
import type { ProcedureMeta, RestRoute } from '../../trpc/procedures.ts'
import { type DescribedSchema, describeSchema, type JsonSchema } from './json-schema.ts'

export const restPrefix = '/api'

export interface RestProcedure {
  /** As in the router: `items.list`. */
  name: string
  type: 'query' | 'mutation'
  /** The procedure itself, as tRPC calls it. */
  call: AnyTRPCProcedure
  rest: RestRoute
  isPublic: boolean
  scopes: readonly Scope[]
  /** The fields of the input object. */
  fields: Readonly<Record<string, JsonSchema>>
  requiredFields: readonly string[]
  /** The fields that stand in the path. */
  pathFields: readonly string[]
  output: JsonSchema
  definitions: Readonly<Record<string, JsonSchema>>
}

/** @throws Error at the start, for the programmer, where a procedure cannot be served as REST */
export function listRestProcedures(router: AnyTRPCRouter): RestProcedure[] {
  const procedures: Record<string, AnyTRPCProcedure> = router._def.procedures
  return Object.entries(procedures).flatMap(([name, procedure]) => {
    const meta = procedure._def.meta as ProcedureMeta | undefined
    return meta?.rest ? [describeProcedure(name, procedure, { ...meta, rest: meta.rest })] : []
  })
}

/** DELETE too, where it needs more than its path: a password must not stand in a URL (R79). */
export function hasBody({ rest, fields, pathFields }: RestProcedure): boolean {
  if (rest.method !== 'DELETE') return rest.method !== 'GET'
  return Object.keys(fields).some((field) => !pathFields.includes(field))
}

/** Whether a change says by If-Match which version it was made from. */
export function takesVersion({ rest, fields }: RestProcedure): boolean {
  return rest.isVersioned === true && Object.hasOwn(fields, 'version')
}

function describeProcedure(
  name: string,
  procedure: AnyTRPCProcedure,
  { rest, access, scopes = [] }: ProcedureMeta & { rest: RestRoute },
): RestProcedure {
  const { _def } = procedure
  if (_def.type === 'subscription') throw new Error(`${name}: a subscription has no REST twin`)
  const inputs = _def.inputs.map((parser) => describe(name, parser, 'input'))
  const output = describe(name, 'output' in _def ? _def.output : undefined, 'output')
  const fields = Object.assign({}, ...inputs.map(({ schema }) => schema.properties))
  const pathFields = [...rest.path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field)
  const unknown = pathFields.find((field) => !Object.hasOwn(fields, field))
  if (unknown !== undefined) throw new Error(`${name}: {${unknown}} is no field of the input`)
  return {
    name,
    type: _def.type,
    call: procedure,
    rest,
    isPublic: access === 'public',
    scopes,
    fields,
    requiredFields: inputs.flatMap(({ schema }) => schema.required ?? []),
    pathFields,
    output: output.schema,
    definitions: Object.assign({}, ...[...inputs, output].map(({ definitions }) => definitions)),
  }
}

function describe(name: string, parser: unknown, io: 'input' | 'output'): DescribedSchema {
  if (parser instanceof ZodType) return describeSchema(parser, io)
  throw new Error(`${name}: a procedure with a REST path needs zod schemas for input and output`)
}
