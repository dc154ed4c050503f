// zod's schemas as JSON Schema, in the dialect of OpenAPI 3.1.

import { z } from 'zod'

/** An interface of our own: a type of zod's inner modules has no name in a declaration file. */
export interface JsonSchema extends z.core.JSONSchema.BaseSchema {}

export interface DescribedSchema {
  schema: JsonSchema
  /** What goes to `components.schemas`: the schemas that bear an id (`.meta({ id: 'User' })`). */
  definitions: Record<string, JsonSchema>
}

/** `io` says which side of the schema is meant: what may be sent, or what comes out. */
export function describeSchema(schema: z.ZodType, io: 'input' | 'output'): DescribedSchema {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      leaveOutNoise(jsonSchema)
      flattenChoice(jsonSchema)
    },
  })
  return moveReferences({ schema: rest as JsonSchema, definitions: $defs ?? {} })
}

/** Leaves out keywords that hold for every answer or every integer. */
function leaveOutNoise(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
}

/** A union with a single member, which may gain more, becomes that member. */
function flattenChoice(schema: z.core.JSONSchema.BaseSchema): void {
  const { oneOf } = schema
  if (oneOf?.length !== 1) return
  delete schema.oneOf
  Object.assign(schema, oneOf[0])
}

/** A copy whose references point to where OpenAPI keeps definitions. */
function moveReferences(described: DescribedSchema): DescribedSchema {
  return JSON.parse(JSON.stringify(described), (key, value) =>
    key === '$ref' && typeof value === 'string'
      ? value.replace('#/$defs/', '#/components/schemas/')
      : value,
  )
}
