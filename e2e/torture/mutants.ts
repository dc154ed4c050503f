// Small faults, one at a time: which of them does no test notice?

import { readFileSync } from 'node:fs'
import { type Mutant, makeMutants, sample } from '../mutants/operators.ts'
import { type Target, targets } from '../mutants/targets.ts'
import { openTrials, type Trials } from '../mutants/trials.ts'
import { openVerdicts, type Verdicts } from '../mutants/verdicts.ts'
import { judge } from './table.ts'

const root = new URL('../../', import.meta.url)
/** In per cent. */
const promisedScore = 90

interface Options {
  /** Words, one of which must be in the file's name. */
  words: readonly string[]
  perFile: number
  seed: string
  resume: boolean
  control: boolean
  /** After this time no other mutant is begun. */
  seconds: number
  /** How many mutants are tried at the same time, each against tests in one process. */
  atOnce: number
}

/**
 * `args`: words that pick files, how many mutants of each (5 by default), `--seed=…` for another
 * choice, `--at-once=…` (2), `--seconds=…` to stop after so long and `--resume` to go on,
 * `--control` to leave out the tests that guard them.
 */
export async function tortureMutants(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args)
  const chosen = targets.filter(({ file }) => isMeant(file, options.words))
  if (chosen.length === 0) {
    console.error(`None is meant by "${options.words.join(' ')}".`)
    return false
  }
  const verdicts = openVerdicts(options)
  const tallies = new Map<Target, Tally>()
  const waiting = [...chosen]
  async function tryTargets(): Promise<void> {
    const trials = openTrials()
    try {
      for (let target = waiting.shift(); target; target = waiting.shift()) {
        tallies.set(target, await tryTarget(target, { options, trials, verdicts }))
      }
    } finally {
      await trials.close()
    }
  }
  await Promise.all(Array.from({ length: options.atOnce }, tryTargets))
  return report(
    chosen.flatMap((target) => tallies.get(target) ?? []),
    options.control,
  )
}

function readOptions(args: readonly string[]): Options {
  const words = args.filter((arg) => !arg.startsWith('--') && !/^\d+$/.test(arg))
  const count = args.find((arg) => /^\d+$/.test(arg))
  const optionOf = (name: string) =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(`--${name}=`.length)
  return {
    words,
    perFile: Number(count ?? 5),
    seed: optionOf('seed') ?? 'keycard',
    seconds: Number(optionOf('seconds') ?? Infinity),
    atOnce: Number(optionOf('at-once') ?? 2),
    resume: args.includes('--resume'),
    control: args.includes('--control'),
  }
}

function isMeant(file: string, words: readonly string[]): boolean {
  return words.length === 0 || words.some((word) => file.includes(word))
}

interface Run {
  options: Options
  trials: Trials
  verdicts: Verdicts
}

interface Tally {
  file: string
  tried: number
  survivors: Mutant[]
  /** Not tried for lack of time. */
  left: number
  /** A test that fails anyway: it would kill every mutant, so none is tried. */
  broken?: string
}

/** Notices nothing that is broken: in the control it replaces the guards. */
const bystander = 'server/auth/devices/device-name.test.ts'

async function tryTarget({ file, guards }: Target, run: Run): Promise<Tally> {
  const { options, trials, verdicts } = run
  const tests = options.control ? [bystander] : guards
  const source = readFileSync(new URL(file, root), 'utf8')
  const mutants = sample(makeMutants(file, source), options.perFile, options.seed)
  const survivors: Mutant[] = []
  let left = 0
  for (const mutant of mutants) {
    let killer = verdicts.find(mutant, tests)
    if (killer === undefined) {
      if (performance.now() > options.seconds * 1_000) {
        left += 1
        continue
      }
      const broken = await findBroken(file, tests, run)
      if (broken !== undefined) return { file, tried: 0, survivors: [], left: 0, broken }
      const result = await trials.run({ file, text: mutant.text, tests })
      killer = result === 'too long' ? result : result.failed
      verdicts.add(mutant, tests, killer)
    }
    if (killer === null) survivors.push(mutant)
    console.log(
      `${killer === null ? 'LIVES ' : 'killed'} ${describe(file, mutant)}  ${killer ?? ''}`,
    )
  }
  return { file, tried: mutants.length - left, survivors, left }
}

/** Runs the tests that have not passed yet, with nothing broken: the first that fails. */
async function findBroken(
  file: string,
  tests: readonly string[],
  { trials, verdicts }: Run,
): Promise<string | undefined> {
  const unknown = tests.filter((test) => !verdicts.isGreen(test))
  if (unknown.length === 0) return undefined
  const result = await trials.run({ file, text: null, tests: unknown })
  if (result === 'too long') return `${unknown.join(', ')}: ${result}`
  if (result.failed !== null) return result.failed
  verdicts.addGreen(unknown)
  return undefined
}

function describe(file: string, { line, operator, before, after }: Mutant): string {
  return `${file}:${line}  ${operator}  ${before} → ${after === '' ? 'nothing' : after}`
}

function report(tallies: readonly Tally[], control: boolean): boolean {
  const survivors = tallies.flatMap(({ file, survivors }) =>
    survivors.map((mutant) => describe(file, mutant)),
  )
  console.log(['', 'Seen by no test:', ...survivors, ''].join('\n'))
  const sum = (field: 'tried' | 'left') => tallies.reduce((total, tally) => total + tally[field], 0)
  const [tried, left] = [sum('tried'), sum('left')]
  const killed = tried - survivors.length
  const files = tallies.map(({ file, tried, survivors: { length }, broken }) => ({
    what: file,
    seen: broken === undefined ? `${tried - length} of ${tried}` : `none tried: ${broken} fails`,
    promised: '',
    kept: broken === undefined && !control,
  }))
  const score = (100 * killed) / tried
  const all = {
    what: left > 0 ? `all but ${left} for which there was no time` : 'all',
    seen: `${killed} of ${tried}: ${score.toFixed(1)} %`,
    promised: `≥ ${promisedScore} %`,
    kept: score >= promisedScore,
  }
  return judge('Mutants that a test sees', [...files, all], control) && left === 0
}
