// Runs every requirement against one server, and shows the results as a table.

import { type Chapter, NotJudged, NotOffered, Unmet } from './requirement.ts'
import { readTokens, Target, type TargetOptions } from './target.ts'

export interface Verdict {
  source: string
  clause: string
  sentence: string
  outcome: 'passed' | 'failed' | 'not offered' | 'not judged'
  /** Why it was not met. */
  why?: string
}

/**
 * One after the other, so that a server that counts or queues sees nothing unusual.
 * @throws Error where no account can sign in: then no request proves anything
 */
export async function judge(
  chapters: readonly Chapter[],
  options: TargetOptions,
): Promise<Verdict[]> {
  const target = new Target(options)
  await assertSignIn(target)
  const verdicts: Verdict[] = []
  for (const { source, requirements } of chapters) {
    for (const { clause, sentence, run } of requirements) {
      const outcome = await run(target).then(() => ({ outcome: 'passed' as const }), readOutcome)
      verdicts.push({ source, clause, sentence, ...outcome })
    }
  }
  return verdicts
}

async function assertSignIn(target: Target): Promise<void> {
  const answer = await target.signInAnswer()
  try {
    readTokens(answer)
  } catch (error) {
    const said = answer.text.slice(0, 200)
    throw new Error(
      `Signing in at ${target.paths.token} does not work, so nothing can be judged: ` +
        `${error instanceof Error ? error.message : error}. It says: ${said}\n` +
        'Name the account, the path, the client and the scopes that are right for this server.',
    )
  }
}

function readOutcome(error: unknown): Pick<Verdict, 'outcome' | 'why'> {
  if (error instanceof NotOffered) return { outcome: 'not offered', why: error.message }
  if (error instanceof NotJudged) return { outcome: 'not judged', why: error.message }
  if (error instanceof Unmet) return { outcome: 'failed', why: error.message }
  // A missing answer is a failure like any other; its cause helps the reader.
  return { outcome: 'failed', why: error instanceof Error ? error.message : String(error) }
}

export function formatReport(chapters: readonly Chapter[], verdicts: readonly Verdict[]): string {
  const clauseWidth = Math.max(...verdicts.map(({ clause }) => clause.length))
  const blocks = chapters.map(({ source, title }) => {
    const ofChapter = verdicts.filter((verdict) => verdict.source === source)
    const lines = ofChapter.map(({ outcome, clause, sentence, why }) => {
      const start = `  ${outcome.padEnd(outcomeWidth)}  ${clause.padEnd(clauseWidth)}  `
      const reason = why === undefined ? '' : `\n${' '.repeat(start.length)}→ ${why}`
      return `${start}${sentence}${reason}`
    })
    return [`${source}: ${title}`, ...(describeAbsence(ofChapter) ?? lines)].join('\n')
  })
  return [...blocks, formatSum(verdicts)].join('\n\n')
}

/** One line for a chapter of which nothing is offered, always for the same reason. */
function describeAbsence(verdicts: readonly Verdict[]): string[] | undefined {
  const why = verdicts[0]?.why
  const isAbsent = verdicts.every(
    (verdict) => verdict.outcome === 'not offered' && verdict.why === why,
  )
  return isAbsent ? [`  not offered  all ${verdicts.length}: ${why}`] : undefined
}

export function formatSum(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict['outcome']) =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length
  const outcomes = ['passed', 'failed', 'not offered', 'not judged'] as const
  return outcomes
    .filter((outcome) => outcome !== 'not judged' || count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome}`)
    .join(', ')
}

const outcomeWidth = 'not offered'.length
