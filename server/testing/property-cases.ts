// How many cases a property test tries: 2,000, or what PROPERTY_CASES says.

/** `npm run torture -- properties` sets it to a million. */
export const propertyCases = { numRuns: readCases(process.env.PROPERTY_CASES) }

function readCases(text = '2000'): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`PROPERTY_CASES is "${text}", but must be a whole number from 1 to 999999999.`)
}
