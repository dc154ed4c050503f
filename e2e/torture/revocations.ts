// Hundreds of sign-outs under load: how soon the other process knows, with and without notifications.

import { setTimeout as sleep } from 'node:timers/promises'
import { call, postForm, signIn } from './ask.ts'
import { startNodes } from './nodes.ts'
import { printTable } from './table.ts'

const promisedMs = 1_000

/** `args`: how many sign-outs; 500 by default. */
export async function tortureRevocations(args: readonly string[]): Promise<boolean> {
  const count = Number(args[0] ?? 500)
  const nodes = await startNodes(2)
  try {
    const [one = '', other = ''] = nodes.urls
    const stopLoad = load(other, (await signIn(other)).access_token)
    const delaysMs: number[] = []
    for (let index = 0; index < count; index++) delaysMs.push(await revokeAndWait(one, other))
    const calls = await stopLoad()
    delaysMs.sort((a, b) => a - b)
    const at = (share: number) => delaysMs[Math.ceil(share * delaysMs.length) - 1] ?? 0
    const p99 = at(0.99)
    printTable(`${count} sign-outs at one process, beside ${calls} calls at the other`, [
      ['until the other refuses, p50', `${Math.round(at(0.5))} ms`, ''],
      ['until the other refuses, p99', `${Math.round(p99)} ms`, `≤ ${promisedMs} ms`],
      ['until the other refuses, longest', `${Math.round(at(1))} ms`, ''],
    ])
    return p99 <= promisedMs
  } finally {
    await nodes.stop()
  }
}

async function revokeAndWait(one: string, other: string): Promise<number> {
  const { access_token, refresh_token } = await signIn(one)
  if ((await call(other, access_token)) !== 200) throw new Error('the token opens nothing at all')
  const { status } = await postForm(`${one}/revoke`, { token: refresh_token })
  if (status !== 200) throw new Error(`/revoke says ${status}`)
  // From the moment its answer is here: until then nobody was promised anything.
  const startedMs = performance.now()
  while ((await call(other, access_token)) === 200) await sleep(1)
  return performance.now() - startedMs
}

/** Calls one after the other in eight lines; answers how many there were. */
function load(url: string, accessToken: string): () => Promise<number> {
  let running = true
  let calls = 0
  const lines = Array.from({ length: 8 }, async () => {
    while (running) {
      await call(url, accessToken)
      calls += 1
    }
  })
  return async () => {
    running = false
    await Promise.all(lines)
    return calls
  }
}
