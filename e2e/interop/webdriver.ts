// A client for WebDriver, as far as the quick start needs it (W3C WebDriver §§ 8 to 13).

import { setTimeout as pause } from 'node:timers/promises'
import type { DrivenTab } from './driven-browser.ts'

export interface WebDriverSession {
  browserVersion: string
  openTab(): Promise<DrivenTab>
  end(): Promise<void>
}

/** What the driver answered instead of a result. */
export class WebDriverError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.name = 'WebDriverError'
    this.code = code
  }
}

/** How long a call waits until what it needs is there. */
const patienceMs = 20_000

/** The key under which an element's reference travels (§ 12.2). */
const elementKey = 'element-6066-11e4-a52e-4f735466cecf'

/** @param url of a listening driver */
export async function startSession(url: string, capabilities: object): Promise<WebDriverSession> {
  const started = await call<{ sessionId: string; capabilities: { browserVersion: string } }>(
    url,
    'POST',
    '/session',
    { capabilities: { alwaysMatch: capabilities } },
  )
  const base = `${url}/session/${started.sessionId}`
  // One tab is there from the start.
  const [first] = await call<string[]>(base, 'GET', '/window/handles')
  let unused = first
  return {
    browserVersion: started.capabilities.browserVersion,
    async openTab() {
      const handle =
        unused ??
        (await call<{ handle: string }>(base, 'POST', '/window/new', { type: 'tab' })).handle
      unused = undefined
      return driveTab(base, handle)
    },
    end: () => call(base, 'DELETE', ''),
  }
}

function driveTab(base: string, handle: string): DrivenTab {
  /** Commands go to one tab at a time. */
  async function ask<Value>(method: Method, path: string, body?: object): Promise<Value> {
    await call(base, 'POST', '/window', { handle })
    return call<Value>(base, method, path, body)
  }

  /** An element that is not there yet, or moves, is looked for again. */
  async function withElement(xpath: string, act: (path: string) => Promise<void>): Promise<void> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      try {
        const query = { using: 'xpath', value: xpath }
        const element = await ask<Record<string, string>>('POST', '/element', query)
        return await act(`/element/${element[elementKey]}`)
      } catch (error) {
        if (!(error instanceof WebDriverError) || performance.now() > deadline) throw error
        await pause(100)
      }
    }
  }

  return {
    open: (url) => ask('POST', '/url', { url }),
    reload: () => ask('POST', '/refresh', {}),
    fill: (fieldName, text) =>
      withElement(`//*[@name='${fieldName}']`, async (path) => {
        await ask('POST', `${path}/clear`, {})
        await ask('POST', `${path}/value`, { text })
      }),
    press: (xpath) => withElement(xpath, (path) => ask('POST', `${path}/click`, {})),
    async readAddress() {
      const { pathname, search } = new URL(await ask<string>('GET', '/url'))
      return pathname + search
    },
    readText: () =>
      ask('POST', '/execute/sync', { script: 'return document.body?.innerText ?? ""', args: [] }),
  }
}

type Method = 'GET' | 'POST' | 'DELETE'

async function call<Value>(
  base: string,
  method: Method,
  path: string,
  body?: object,
): Promise<Value> {
  const answer = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const { value } = (await answer.json()) as { value: Value & { error?: string; message?: string } }
  if (answer.ok) return value
  throw new WebDriverError(value.error ?? String(answer.status), value.message ?? '')
}
