// The limit of a search for items, apart from the schemas: the page needs it, and no zod.

/** In characters. */
export const itemSearchMaxLength = 100
