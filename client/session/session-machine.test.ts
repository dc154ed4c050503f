// The machine of a session against its picture, and under events in any order.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyCases } from '../../server/testing/property-cases.ts'
import {
  isAsking,
  type MachineState,
  newSession,
  type SessionEvent,
  type Transition,
  transition,
} from './session-machine.ts'
import type { AccessToken } from './session-state.ts'

const token: AccessToken = {
  value: 'present',
  scopes: ['me'],
  expiresAtMs: 1_000,
  userId: 'user-1',
  sessionId: 'session-1',
  isPersistent: false,
}
const newer = { ...token, value: 'newer', expiresAtMs: 2_000 }
const ofOtherSession = { ...newer, sessionId: 'session-2' }
const ofOtherUser = { ...ofOtherSession, userId: 'user-2' }

/** The compiler asks for every state and every event of the machine. */
const states: { [Name in MachineState['name']]: Extract<MachineState, { name: Name }>['page'] } = {
  new: { status: 'unknown' },
  opening: { status: 'unknown' },
  unreachable: { status: 'unreachable', cause: undefined },
  reopening: { status: 'unreachable', cause: undefined },
  active: { status: 'signed-in', token },
  renewing: { status: 'signed-in', token },
  overtaken: { status: 'signed-in', token },
  paused: { status: 'paused', token },
  resuming: { status: 'paused', token },
  ended: { status: 'signed-out' },
}
const everyState = Object.entries(states).map(([name, page]) => ({ name, page }) as MachineState)

const variants: {
  [Kind in SessionEvent['kind']]: Omit<Extract<SessionEvent, { kind: Kind }>, 'kind'>[]
} = {
  'token-needed': [{}],
  'tab-token': [token, newer, ofOtherSession, ofOtherUser].map((theirs) => ({ token: theirs })),
  'signed-in-again': [{}],
  answered: [newer, ofOtherSession, ofOtherUser].map((theirs) => ({ token: theirs })),
  refused: [true, false].flatMap((hadCookie) =>
    [true, false].map((hasUnsavedWork) => ({ hadCookie, hasUnsavedWork, cause: undefined })),
  ),
  unanswered: [{ cause: undefined }],
  'signed-out': [{}],
  abandoned: [{}],
}
const everyEvent = Object.entries(variants).flatMap(([kind, forms]) =>
  forms.map((form) => ({ ...form, kind }) as SessionEvent),
)
const outcomes = new Set(['answered', 'refused', 'unanswered'])

describe('the picture in docs/browser-session.md', () => {
  const page = readFileSync(new URL('../../docs/browser-session.md', import.meta.url), 'utf8')
  const [, picture = ''] = /```mermaid\n(.*?)```/s.exec(page) ?? []

  it('has every arrow of the machine, and no other', () => {
    expect(readArrows(picture)).toEqual(listArrows(transition))
  })

  it('control: differs from a machine with one arrow more, and from one with one arrow less', () => {
    const more = (state: MachineState, event: SessionEvent): Transition =>
      state.name === 'paused' && event.kind === 'token-needed'
        ? { state: { name: 'resuming', page: state.page }, effect: { kind: 'ask' } }
        : transition(state, event)
    const less = (state: MachineState, event: SessionEvent): Transition =>
      state.name === 'overtaken' && event.kind === 'unanswered'
        ? { state, effect: undefined }
        : transition(state, event)
    expect(readArrows(picture)).not.toEqual(listArrows(more))
    expect(readArrows(picture)).not.toEqual(listArrows(less))
  })

  it('stands above tables that name every state with what the page sees, every event and effect', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)` \|)?/gm)].map(
      ([, name, seen = '']) => `${name} ${seen}`.trim(),
    )
    const effects = new Set(listArrows(transition).map((arrow) => arrow.split(' / ')[1] ?? ''))
    effects.delete('')
    expect(rows.sort()).toEqual(
      [
        ...everyState.map(({ name, page: { status } }) => `${name} ${status}`),
        ...Object.keys(variants),
        ...effects,
      ].sort(),
    )
  })
})

describe('events in any order', () => {
  const kinds = Object.keys(variants).map((kind) => ({
    // One that ends the session is rare, so that most cases get far.
    weight: kind === 'signed-out' || kind === 'abandoned' ? 1 : 10,
    arbitrary: fc.constantFrom(...everyEvent.filter((event) => event.kind === kind)),
  }))
  const steps = fc.array(fc.oneof(...kinds), { maxLength: 40, size: 'max' })

  /** @returns the first rule that is broken */
  function follow(events: readonly SessionEvent[], move: typeof transition): string | undefined {
    let state = newSession
    let refreshes = 0
    let left = 0
    for (const event of events) {
      if (outcomes.has(event.kind)) {
        // A refresh that was sent ends with one outcome.
        if (refreshes === 0) continue
        refreshes -= 1
      }
      const before = state
      const { state: after, effect } = move(before, event)
      state = after
      if (effect?.kind === 'ask') refreshes += 1
      if (effect?.kind === 'leave') left += 1
      if (refreshes > 1) return `two refreshes at once in ${after.name}`
      if (isAsking(after) !== refreshes > 0 && after.name !== 'ended') return `${after.name} waits`
      if (before.name === 'ended' && (after !== before || effect))
        return `${after.name} after the end`
      if (after.name === 'ended' && 'token' in after.page) return 'the end shows data'
      if (left !== (after.name === 'ended' ? 1 : 0)) return `left ${left} times`
    }
    return undefined
  }

  it('show no data after the end, and never refresh twice at once', () => {
    fc.assert(
      fc.property(steps, (events) => {
        expect(follow(events, transition)).toBeUndefined()
      }),
      propertyCases,
    )
  })

  it.each<[string, typeof transition]>([
    [
      'comes back from its end',
      (state, event) =>
        state.name === 'ended' && event.kind === 'unanswered'
          ? transition({ name: 'opening', page: { status: 'unknown' } }, event)
          : transition(state, event),
    ],
    [
      'asks while it resumes',
      (state, event) =>
        state.name === 'resuming' && event.kind === 'signed-in-again'
          ? { state, effect: { kind: 'ask' } }
          : transition(state, event),
    ],
  ])('control: catch a machine that %s', (_fault, move) => {
    const found = fc.check(
      fc.property(steps, (events) => follow(events, move) === undefined),
      propertyCases,
    )
    expect(found.failed).toBe(true)
  })
})

/** As the picture writes them, without its conditions: "active renewing token-needed / ask". */
function listArrows(move: typeof transition): string[] {
  const arrows = everyState.flatMap((before) =>
    everyEvent.flatMap((event) => {
      const { state, effect } = move(before, event)
      if (state === before && !effect) return []
      return `${before.name} ${state.name} ${event.kind}${effect ? ` / ${effect.kind}` : ''}`
    }),
  )
  return [...new Set(arrows)].sort()
}

function readArrows(picture: string): string[] {
  const anyOther = Object.keys(states).filter((name) => name !== 'ended')
  const lines = picture
    .replace(/note right of ended: (.*), from every other state/, 'other --> ended: $1')
    .matchAll(/^ *(\w+) --> (\w+): ([^/\n]*)(\/ \w+)?$/gm)
  const arrows = [...lines].flatMap(([, from = '', to = '', events = '', effect = '']) =>
    (from === 'other' ? anyOther : [from]).flatMap((name) =>
      events
        .replaceAll(/\(.*?\)/g, '')
        .split(' or ')
        .map((event) => `${name} ${to} ${event.trim()} ${effect}`.trim()),
    ),
  )
  return [...new Set(arrows)].sort()
}
