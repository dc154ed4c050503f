// The control of `stops`: loaded before the server, it removes what ends it.

import { Server } from 'node:http'

// npm, and its own children, end as ever.
if (/(launch|main)\.js$/.test(process.argv[1] ?? '')) {
  Server.prototype.closeAllConnections = () => {}
  Reflect.set(process, 'reallyExit', () => {})
  Object.defineProperty(process, 'ppid', { value: process.ppid })
  const { kill } = process
  process.kill = (pid, signal) => signal === 0 || kill.call(process, pid, signal)
}
