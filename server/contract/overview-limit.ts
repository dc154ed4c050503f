// How far the overview counts: beside the schema, which no browser loads.

/** In one part of a chart, and in a total. */
export const overviewCountedTo = 10_000
