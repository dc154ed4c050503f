// A noun that only tests have, over tRPC and as REST: an app's own may come and go.

import type { Kysely } from 'kysely'
import { z } from 'zod'
import { AppError } from '../contract/app-error.ts'
import { nextCursorSchema, pageRequestSchema } from '../contract/paging.ts'
import { rowVersionSchema } from '../contract/row-version.ts'
import { requiredText, text } from '../contract/text.ts'
import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'
import { readPage } from '../db/read-page.ts'
import { mergeRouters, router, scopedProcedure } from '../trpc/procedures.ts'
import { appRouter } from '../trpc/router.ts'

interface Tables {
  notes: Note & { owner_id: string; created_at_ms: number }
}

export async function createNotesTable({ kysely }: Database): Promise<void> {
  await kysely.schema
    .createTable('notes')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute()
}

const noteSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    version: rowVersionSchema,
  })
  .meta({ id: 'Note' })

export type Note = z.infer<typeof noteSchema>

const open = ({ kysely }: Database) => kysely as unknown as Kysely<Tables>

function toNote({ id, title, description, version }: Note): Note {
  return { id, title, description, version }
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
      rest: {
        method: 'POST',
        path: '/notes',
        summary: 'Make a note',
        successStatus: 201,
        isVersioned: true,
      },
    })
    .input(z.object({ title: requiredText(200), description: text(2_000).default('') }))
    .output(noteSchema)
    .mutation(async ({ ctx: { services, identity }, input }) => {
      const note = { id: makeRandomId(), ...input, version: 1 }
      const row = { ...note, owner_id: identity.userId, created_at_ms: services.clock.now() }
      await open(services.database).insertInto('notes').values(row).execute()
      return note
    }),

  update: scopedProcedure('me:write')
    .meta({
      rest: { method: 'PATCH', path: '/notes/{id}', summary: 'Change a note', isVersioned: true },
    })
    .input(
      z.object({
        id: text(64),
        title: requiredText(200).optional(),
        description: text(2_000).optional(),
        version: rowVersionSchema.optional(),
      }),
    )
    .output(noteSchema)
    .mutation(
      async ({ ctx: { services, identity }, input: { id, title, description, version } }) => {
        const notes = open(services.database)
        const row = await notes
          .updateTable('notes')
          .set(({ eb }) => ({
            version: eb('version', '+', 1),
            ...(title && { title }),
            ...(description !== undefined && { description }),
          }))
          .where('id', '=', id)
          .where('owner_id', '=', identity.userId)
          .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
          .returningAll()
          .executeTakeFirst()
        if (row || version === undefined) return requireNote(row)
        const found = notes.selectFrom('notes').selectAll().where('id', '=', id)
        const current = requireNote(
          await found.where('owner_id', '=', identity.userId).executeTakeFirst(),
        )
        throw new AppError('changed_elsewhere', 'This note was changed elsewhere', { current })
      },
    ),

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
