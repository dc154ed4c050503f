// Finds the WebKitGTK of this machine, Safari's engine, with its driver and a display; or installs them.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import {
  installPackages,
  type PackageMachine,
  runCommand,
  updatePackageLists,
} from './debian-packages.ts'

export interface WebKit {
  /** Speaks WebDriver, and starts the browser that it comes with. */
  driver: string
  /** A display in memory: WebKitGTK has no mode without one. */
  xvfb: string
}

export interface WebKitMachine extends PackageMachine {
  environment: Readonly<Record<string, string | undefined>>
}

const packages = ['webkit2gtk-driver', 'xvfb']

/** @throws Error with what to install where there is none */
export async function findWebKit(machine: WebKitMachine = thisMachine()): Promise<WebKit> {
  const found = lookFor(machine)
  if (found) return found
  if ((await updatePackageLists(machine)) && (await installPackages(machine, packages))) {
    const installed = lookFor(machine)
    if (installed) return installed
  }
  throw new Error(`No WebKitGTK that can be driven: install ${packages.join(' and ')}.`)
}

function lookFor({ environment, exists }: WebKitMachine): WebKit | undefined {
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin']
  const find = (name: string) => folders.map((folder) => join(folder, name)).find(exists)
  const [driver, xvfb] = [find('WebKitWebDriver'), find('Xvfb')]
  return driver !== undefined && xvfb !== undefined ? { driver, xvfb } : undefined
}

function thisMachine(): WebKitMachine {
  return {
    platform: process.platform,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    exists: existsSync,
    run: runCommand,
    say: (line) => console.log(line),
  }
}
