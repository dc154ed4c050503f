// Names that look like settings but are not: finds the setting that was meant.

interface SetNames {
  /** All settings. */
  known: Iterable<string>
  /** The names in the `.env` file. */
  inFile: Iterable<string>
  /** The names in the whole environment, which holds many that are not for us. */
  inEnvironment: Iterable<string>
}

/**
 * Read by other programs that use `.env` too: Node, npm, Vite, Docker Compose, libpq,
 * OpenTelemetry.
 */
const othersNames =
  /^(NODE|NPM|VITE|COMPOSE|DOCKER|PG|OTEL|npm)_|^PG[A-Z]+$|^(TZ|LANG|DOMAIN|POSTGRES_PASSWORD|(HTTPS?|NO)_PROXY)$/
/** A shorter name is near to too many others. */
const leastLength = 6

/** @returns a sentence for each name that has no effect and was probably meant to have one */
export function describeUnknownNames({ known, inFile, inEnvironment }: SetNames): string[] {
  const names = [...known]
  const fromFile = new Set(inFile)
  const meant = (name: string) => names.find((candidate) => isNear(name, candidate))
  const describe = (name: string, place: string) => {
    const nearest = meant(name)
    const question = nearest === undefined ? '' : ` Is ${nearest} meant?`
    return `${name} in ${place} is no setting.${question}`
  }
  const isUnknown = (name: string) => !names.includes(name) && !othersNames.test(name)
  return [
    ...[...fromFile]
      .sort()
      .filter(isUnknown)
      .map((name) => describe(name, '.env')),
    ...[...inEnvironment]
      .sort()
      .filter((name) => !fromFile.has(name) && name.length >= leastLength && isUnknown(name))
      .filter((name) => meant(name) !== undefined)
      .map((name) => describe(name, 'the environment')),
  ]
}

/** Whether one is a typo of the other: a few letters added, missing, changed or in another place. */
export function isNear(text: string, other: string): boolean {
  const most = Math.min(Math.floor(other.length / 4), 3)
  if (Math.abs(text.length - other.length) > most) return false
  return editDistance(text.toUpperCase(), other.toUpperCase()) <= most
}

/** Two swapped neighbours count as one edit (Damerau, optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped && row > 1 && column > 1 ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
