// One question to a process that was started by `fork`, and its answer.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** @throws Error where it ends before it has answered */
export async function askProcess<Answer>(child: ChildProcess, question: string): Promise<Answer> {
  const watching = new AbortController()
  const { signal } = watching
  const answered = once(child, 'message', { signal }) as Promise<[Answer]>
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('the process ended')
  })
  try {
    child.send(question)
    const [answer] = await Promise.race([answered, ended])
    return answer
  } finally {
    watching.abort()
  }
}
