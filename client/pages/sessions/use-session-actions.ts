// Ending sessions and confirming them: the call, and its effect on the list on the screen.

import { useState } from 'react'
import type { Session, SessionList } from '../../../server/contract/sessions.ts'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import type { Message } from '../../components/toast.tsx'
import { noticesChannel } from '../../session/notices-channel.ts'
import { sessionsStrings as words } from '../../strings/sessions.ts'
import { nameSession } from './session-words.ts'

export function useSessionActions(notify: (message: Message) => void) {
  const { sessions, account } = trpc.useUtils()
  const { list } = sessions
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set())
  const end = trpc.sessions.end.useMutation()
  const endOthers = trpc.sessions.endOthers.useMutation()
  const confirm = trpc.sessions.confirm.useMutation()

  /** The rows disappear at once, and come back if the server refuses. */
  async function hideWhile(ids: readonly string[], call: () => Promise<void>): Promise<void> {
    setLeaving((others) => new Set([...others, ...ids]))
    await call()
    setLeaving((all) => new Set([...all].filter((id) => !ids.includes(id))))
  }

  function forget(ids: readonly string[]): void {
    list.setData(undefined, (data) => data && withoutSessions(data, ids))
  }

  /** Of what was answered here, in every tab. */
  function forgetNotices(): void {
    void account.notices.invalidate()
    noticesChannel?.tell('changed')
  }

  return {
    /** Returns whether it has ended. */
    async endSession(session: Session): Promise<boolean> {
      const { id } = session
      const name = nameSession(session)
      let hasEnded = false
      await hideWhile([id], async () => {
        try {
          await end.mutateAsync({ id })
          hasEnded = true
        } catch (error) {
          const { message, reason } = readFailure(error)
          // Ended already, elsewhere: as wished.
          hasEnded = reason === 'not_found'
          if (!hasEnded) notify({ text: words.endFailed(name, message), isProblem: true })
        }
        if (!hasEnded) return
        forget([id])
        forgetNotices()
        notify({ text: words.wasSignedOut(name), isProblem: false })
      })
      return hasEnded
    },

    endOthers(others: readonly Session[]): Promise<void> {
      const ids = others.map(({ id }) => id)
      return hideWhile(ids, async () => {
        try {
          const { ended } = await endOthers.mutateAsync()
          list.setData(undefined, (data) => data && onlyCurrent(data))
          notify({ text: words.wereSignedOut(ended), isProblem: false })
        } catch (error) {
          const { message } = readFailure(error)
          notify({ text: words.endOthersFailed(message), isProblem: true })
        }
      })
    },

    /** Returns whether that is recorded. */
    async confirmSession(session: Session): Promise<boolean> {
      const name = nameSession(session)
      try {
        await confirm.mutateAsync({ id: session.id })
        list.setData(undefined, (data) => data && withConfirmed(data, session.id))
        forgetNotices()
        notify({ text: words.wasConfirmed(name), isProblem: false })
        return true
      } catch (error) {
        const { message } = readFailure(error)
        notify({ text: words.confirmFailed(name, message), isProblem: true })
        return false
      }
    },

    /** Being ended: not shown any more, but not gone yet. */
    leaving,
  }
}

function withoutSessions({ sessions, total }: SessionList, ids: readonly string[]): SessionList {
  const left = sessions.filter(({ id }) => !ids.includes(id))
  return { sessions: left, total: total - (sessions.length - left.length) }
}

function onlyCurrent({ sessions }: SessionList): SessionList {
  const current = sessions.filter(({ is_current }) => is_current)
  return { sessions: current, total: current.length }
}

function withConfirmed({ sessions, total }: SessionList, id: string): SessionList {
  const confirmed = sessions.map((session) =>
    session.id === id ? { ...session, is_new_device: false } : session,
  )
  return { sessions: confirmed, total }
}
