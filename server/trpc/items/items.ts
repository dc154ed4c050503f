// Your items: listed, created, changed, deleted. Copy this folder to add procedures of your own.

import { z } from 'zod'
import {
  itemCreateSchema,
  itemIdSchema,
  itemListSchema,
  itemPageSchema,
  itemRestoreSchema,
  itemSchema,
  itemUpdateSchema,
} from '../../contract/items/items.ts'
import { router, scopedProcedure } from '../procedures.ts'

const itemsRouter = router({
  list: scopedProcedure('items:read')
    .meta({ rest: { method: 'GET', path: '/items', summary: 'Your items, newest first' } })
    .input(itemListSchema)
    .output(itemPageSchema)
    .query(({ ctx, input }) => ctx.services.items.list(ctx.identity.userId, input)),

  create: scopedProcedure('items:write')
    .meta({
      rest: {
        method: 'POST',
        path: '/items',
        summary: 'Make an item',
        successStatus: 201,
        isVersioned: true,
      },
    })
    .input(itemCreateSchema)
    .output(itemSchema)
    .mutation(({ ctx, input }) => ctx.services.items.create(ctx.identity.userId, input)),

  update: scopedProcedure('items:write')
    .meta({
      rest: { method: 'PATCH', path: '/items/{id}', summary: 'Change an item', isVersioned: true },
    })
    .input(itemUpdateSchema)
    .output(itemSchema)
    .mutation(({ ctx, input: { id, ...change } }) =>
      ctx.services.items.update(ctx.identity.userId, id, change),
    ),

  /** Undoes `delete`, with what the page still has. */
  restore: scopedProcedure('items:write')
    .input(itemRestoreSchema)
    .output(itemSchema)
    .mutation(({ ctx, input }) => ctx.services.items.restore(ctx.identity.userId, input)),

  delete: scopedProcedure('items:write')
    .meta({ rest: { method: 'DELETE', path: '/items/{id}', summary: 'Delete an item' } })
    .input(itemIdSchema)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { id } }) => {
      await ctx.services.items.delete(ctx.identity.userId, id)
      return { id }
    }),
})

export const items = { router: itemsRouter, exported: itemSchema }
