// One connection for all tabs of this browser that follow the same stream: one leads, the others hear it.

import type { TabChannel } from '../../session/tab-channel.ts'
import type { StreamEvent } from './event-stream.ts'
import type { ElectionChannel, ElectionMessage, Lead } from './lead-election.ts'
import { createMailbox } from './mailbox.ts'
import { type LookedAtStream, lookRepeatedly } from './repeated-looks.ts'
import { stealLead, takeLead } from './stream-lead.ts'

export type StreamMessage =
  | { kind: 'election'; message: ElectionMessage }
  /** To the leader. `position`: of the last tracked event, '' where there was none. */
  | { kind: 'join'; tab: number; position: string }
  /** From the leader: it is awake. */
  | { kind: 'here' }
  /** To a tab that is elsewhere in the stream: it needs a connection of its own. */
  | { kind: 'apart'; tab: number }
  | { kind: 'event'; event: StreamEvent }
  /** The connection ended, without a message from the server. */
  | { kind: 'broken' }

export interface SharedStream extends LookedAtStream {
  /** The same in all tabs that may hear the same stream: one session, one procedure and one input. */
  name: string
  openChannel(name: string): TabChannel<StreamMessage> | undefined
  /** Of the last tracked event; '' where there was none. */
  readPosition(): string
}

/** A leader that is silent for so long hangs. */
const longestSilenceMs = 2_000
/** Tabs that join within this time share one new beginning. */
const gatherMs = 50
/** A lead ends this long after its connection: the others know why before one of them takes over. */
const settleMs = 100

/** The events of one connection, whichever tab has it. */
export async function* followShared(stream: SharedStream): AsyncGenerator<StreamEvent, void> {
  const channel = stream.openChannel(stream.name)
  if (!channel) return yield* lookRepeatedly(stream)
  try {
    for (;;) {
      const outcome = yield* hearLeader(stream, channel)
      if (outcome === 'apart') return yield* stream.connect(stream.closed)
      if (outcome === 'unheard') return yield* lookRepeatedly(stream)
      if (outcome === 'over' || (yield* lead(stream, channel, outcome)) === 'over') return
    }
  } finally {
    afterSettling(stream.closed, () => channel.close())
  }
}

/** At once where this page is left: its timers may stand still. */
function afterSettling(closed: AbortSignal, end: () => void): void {
  if (closed.aborted) end()
  else setTimeout(end, settleMs)
}

/** Until the lead is ours, or there is no more to hear. */
async function* hearLeader(
  { name, readPosition, closed }: SharedStream,
  channel: TabChannel<StreamMessage>,
): AsyncGenerator<StreamEvent, Lead | 'apart' | 'unheard' | 'over'> {
  const tab = Math.random()
  const giveUp = new AbortController()
  const mail = createMailbox<StreamMessage | Lead | 'closed'>()
  let offered: Lead | undefined

  const offer = (lead: Lead | undefined) => {
    if (giveUp.signal.aborted || offered) return lead?.end()
    offered = lead
    if (lead) mail.put(lead)
  }
  const request = { name, giveUp: giveUp.signal, channel: electionOn(channel) }
  const suspicion = setTimeout(() => void stealLead(request).then(offer), longestSilenceMs)
  const stopHearing = channel.hear((message) => {
    if (isFromLeader(message)) clearTimeout(suspicion)
    mail.put(message)
  })
  const close = () => mail.put('closed')
  closed.addEventListener('abort', close)
  if (closed.aborted) close()
  void takeLead(request).then(offer)

  try {
    if (!channel.tell({ kind: 'join', tab, position: readPosition() })) return 'unheard'
    for (;;) {
      const next = await mail.take()
      if (next === 'closed') return 'over'
      if (!('kind' in next)) {
        offered = undefined
        return next
      }
      if (next.kind === 'event') yield next.event
      if (next.kind === 'apart' && next.tab === tab) return 'apart'
      if (next.kind === 'broken') return 'over'
    }
  } finally {
    clearTimeout(suspicion)
    stopHearing()
    closed.removeEventListener('abort', close)
    giveUp.abort()
    offered?.end()
  }
}

function isFromLeader(message: StreamMessage): boolean {
  if (message.kind === 'election') return message.message.kind === 'leader'
  return message.kind === 'here' || message.kind === 'event'
}

function electionOn(channel: TabChannel<StreamMessage>): ElectionChannel {
  return {
    tell: (message) => void channel.tell({ kind: 'election', message }),
    hear: (listener) =>
      channel.hear((message) => {
        if (message.kind === 'election') listener(message.message)
      }),
  }
}

/**
 * A tab that joins needs the stream's beginning, so the stream begins again, for all. Where the
 * lead is lost to another tab, that tab is to be heard from now on.
 */
async function* lead(
  { connect, readPosition, closed }: SharedStream,
  channel: TabChannel<StreamMessage>,
  { lost, end }: Lead,
): AsyncGenerator<StreamEvent, 'over' | 'lost'> {
  let connection = new AbortController()
  let hasBegun = false
  let gathering: ReturnType<typeof setTimeout> | undefined
  const hangUp = () => connection.abort()
  const isGivenUp = () => closed.aborted || lost.aborted

  const stopHearing = channel.hear((message) => {
    if (message.kind !== 'join') return
    const { tab, position } = message
    if (position !== readPosition()) channel.tell({ kind: 'apart', tab })
    else channel.tell({ kind: 'here' })
    if (hasBegun && position === readPosition()) gathering ??= setTimeout(hangUp, gatherMs)
  })
  closed.addEventListener('abort', hangUp)
  lost.addEventListener('abort', hangUp)

  try {
    while (!isGivenUp()) {
      connection = new AbortController()
      hasBegun = false
      gathering = undefined
      try {
        for await (const event of connect(connection.signal)) {
          hasBegun = true
          channel.tell({ kind: 'event', event })
          yield event
        }
      } catch (error) {
        if (!connection.signal.aborted) throw error
      }
      if (!connection.signal.aborted) return 'over'
    }
    return closed.aborted ? 'over' : 'lost'
  } finally {
    clearTimeout(gathering)
    hangUp()
    stopHearing()
    if (!isGivenUp()) channel.tell({ kind: 'broken' })
    afterSettling(closed, end)
  }
}
