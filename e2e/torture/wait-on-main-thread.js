// Loaded into a server before its own code, as the control: its main thread waits for disk and lock again.

import Libsql from 'libsql'
import LibsqlPromise from 'libsql/promise'

const { exec } = Libsql.prototype
Libsql.prototype.exec = function (sql) {
  return exec.call(this, sql.replace('busy_timeout = 0', 'busy_timeout = 5000'))
}
LibsqlPromise.prototype.exec = async function (sql) {
  exec.call(this, sql)
}
