// WebKitGTK, Safari's engine: its own small browser, its driver, and a display in memory.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { findWebKit } from '../support/browsers/find-webkit.ts'
import { findFreePort } from '../support/test-server.ts'
import type { BrowserOptions, DrivenBrowser } from './driven-browser.ts'
import { startSession, type WebDriverSession } from './webdriver.ts'

/** Installed from Debian where there is none. */
export async function openWebKit({
  blocksCookies = false,
}: BrowserOptions = {}): Promise<DrivenBrowser> {
  const { driver, xvfb } = await findWebKit()
  const started: ChildProcess[] = []
  const endAll = async () => {
    for (const process of started.reverse()) await endProcess(process)
  }
  try {
    const display = await startDisplay(xvfb, started)
    const port = await findFreePort()
    const environment = {
      ...process.env,
      DISPLAY: display,
      // WebKit's sandbox refuses to run as root, as Chromium's does.
      ...(process.getuid?.() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }),
    }
    started.push(
      spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env: environment }),
    )
    const args = ['--automation', ...(blocksCookies ? ['--cookies-policy=never'] : [])]
    const session = await startWhenReady(`http://127.0.0.1:${port}`, args)
    return {
      name: `WebKitGTK ${session.browserVersion}`,
      openTab: session.openTab,
      async close() {
        await session.end().catch(() => undefined)
        await endAll()
      },
    }
  } catch (error) {
    await endAll()
    throw error
  }
}

/** The server chooses a free number and writes it to the given descriptor. */
async function startDisplay(xvfb: string, started: ChildProcess[]): Promise<string> {
  const screen = ['-screen', '0', '1280x1024x24', '-nolisten', 'tcp']
  const server = spawn(xvfb, ['-displayfd', '3', ...screen], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  started.push(server)
  const [number] = await once(server.stdio[3] as Readable, 'data')
  return `:${String(number).trim()}`
}

/** The driver does not say when it listens. */
async function startWhenReady(url: string, args: string[]): Promise<WebDriverSession> {
  const capabilities = { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { args } }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startSession(url, capabilities)
    } catch (error) {
      const isListening = !(error instanceof TypeError)
      if (isListening || attempt === 100) throw error
      await pause(100)
    }
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close')
  child.kill()
  await ended
}
