// A noun that only tests have, over tRPC and as REST: an app's own may come and go.

import type { Kysely } from 'kysely'
import { z } from 'zod'
import { AppError } from '../contract/app-error.ts'
import { nextCursorSchema, pageRequestSchema } from '../contract/paging.ts'
import { requiredText, text } from '../contract/text.ts'
import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'
import { readPage } from '../db/read-page.ts'
import { mergeRouters, router, scopedProcedure } from '../trpc/procedures.ts'
import { appRouter } from '../trpc/router.ts'

interface Tables {
  notes: { id: string; owner_id: string; title: string; description: string; created_at_ms: number }
}

export async function createNotesTable({ kysely }: Database): Promise<void> {
  await kysely.schema
    .createTable('notes')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute()
}

const noteSchema = z
  .object({ id: z.string(), title: z.string(), description: z.string() })
  .meta({ id: 'Note' })

export type Note = z.infer<typeof noteSchema>

const open = ({ kysely }: Database) => kysely as unknown as Kysely<Tables>

function toNote({ id, title, description }: Note): Note {
  return { id, title, description }
}

function requireNote(row: Note | undefined): Note {
  if (!row) throw new AppError('not_found', 'There is no such note')
  return toNote(row)
}

const notesRouter = router({
  list: scopedProcedure('me')
    .meta({ rest: { method: 'GET', path: '/notes', summary: 'Your notes' } })
    .input(pageRequestSchema)
    .output(z.object({ notes: z.array(noteSchema), next_cursor: nextCursorSchema }))
    .query(async ({ ctx: { services, identity }, input }) => {
      const query = open(services.database)
        .selectFrom('notes')
        .selectAll()
        .where('owner_id', '=', identity.userId)
      const { rows, next_cursor } = await readPage(query, ['created_at_ms', 'id'], input)
      return { notes: rows.map(toNote), next_cursor }
    }),

  create: scopedProcedure('me:write')
    .meta({
      rest: { method: 'POST', path: '/notes', summary: 'Make a note', successStatus: 201 },
    })
    .input(z.object({ title: requiredText(200), description: text(2_000).default('') }))
    .output(noteSchema)
    .mutation(async ({ ctx: { services, identity }, input }) => {
      const note = { id: makeRandomId(), ...input }
      const row = { ...note, owner_id: identity.userId, created_at_ms: services.clock.now() }
      await open(services.database).insertInto('notes').values(row).execute()
      return note
    }),

  update: scopedProcedure('me:write')
    .meta({ rest: { method: 'PATCH', path: '/notes/{id}', summary: 'Change a note' } })
    .input(
      z.object({
        id: text(64),
        title: requiredText(200).optional(),
        description: text(2_000).optional(),
      }),
    )
    .output(noteSchema)
    .mutation(async ({ ctx: { services, identity }, input: { id, title, description } }) => {
      const row = await open(services.database)
        .updateTable('notes')
        .set({ id, ...(title && { title }), ...(description !== undefined && { description }) })
        .where('id', '=', id)
        .where('owner_id', '=', identity.userId)
        .returningAll()
        .executeTakeFirst()
      return requireNote(row)
    }),

  delete: scopedProcedure('me:write')
    .meta({ rest: { method: 'DELETE', path: '/notes/{id}', summary: 'Delete a note' } })
    .input(z.object({ id: text(64) }))
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx: { services, identity }, input: { id } }) => {
      const row = await open(services.database)
        .deleteFrom('notes')
        .where('id', '=', id)
        .where('owner_id', '=', identity.userId)
        .returningAll()
        .executeTakeFirst()
      return { id: requireNote(row).id }
    }),
})

/** All procedures of the app, and notes. */
export const routerWithNotes = mergeRouters(appRouter, router({ notes: notesRouter }))
