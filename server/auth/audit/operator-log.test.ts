// A handler that logs too much, and an error that carries too much: no secret gets into the log.

import fastify, { type FastifyBaseLogger } from 'fastify'
import { expect, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { createOperatorLog } from './operator-log.ts'

const planted = 'pl4nted-s3cret'

/** The lines of a log in which `write` has written. */
function logOf(write: (log: ReturnType<typeof createOperatorLog>) => void): string {
  let lines = ''
  const log = createOperatorLog('trace', {
    write: (line) => {
      lines += line
    },
  })
  write(log)
  return lines
}

test('R30: a handler that logs the whole request, its headers or its body reveals no secret', async () => {
  let lines = ''
  const app = fastify({
    loggerInstance: createOperatorLog('trace', {
      write: (line) => {
        lines += line
      },
    }) as FastifyBaseLogger,
  })
  app.post('/', async (request, reply) => {
    request.log.info(request)
    request.log.info({ request, reply, raw: request.raw }, 'all of it')
    request.log.info(
      { headers: request.headers, body: request.body, query: request.query },
      'parts',
    )
    request.log.info({ input: request.body }, 'by another name')
    request.log.info(request.body)
    request.log.info({ form: new Map([['password', planted]]), bytes: Buffer.from(planted) }, 'map')
    reply.header('set-cookie', planted)
    request.log.info({ res: reply, headers: reply.getHeaders() }, 'the answer')
    return {}
  })
  const secrets = {
    password: planted,
    current_password: planted,
    client_secret: planted,
    nested: { list: [{ refresh_token: planted }] },
  }
  await app.inject({
    method: 'POST',
    url: '/',
    headers: { authorization: `Bearer ${planted}`, cookie: `keycard=${planted}` },
    payload: { username: 'johndoe', ...secrets },
  })
  await app.close()
  expect(lines).not.toContain(planted)
  // They were written, and values that are not secret stand in them.
  expect(lines).toContain('"username":"johndoe"')
  for (const message of ['all of it', 'parts', 'by another name', 'map', 'the answer']) {
    expect(lines).toContain(`"msg":"${message}"`)
  }
})

test('R30: an error logs what it was, where and why, and not what a library attached to it', () => {
  const carrying = Object.assign(
    new Error('the row is wrong', { cause: new TypeError('because') }),
    {
      code: 'E_ROW',
      input: { password: planted },
      parameters: [planted],
      rawPacket: Buffer.from(planted),
    },
  )
  const lines = logOf((log) => {
    log.error({ err: carrying }, 'it failed')
    log.error(carrying)
    log.error({ cause: new AppError('unavailable', 'Later', { cause: carrying }) }, 'deeper')
  })
  expect(lines).not.toContain(planted)
  expect(lines).not.toContain(Buffer.from(planted).join(','))
  const [first = '{}'] = lines.split('\n')
  expect(JSON.parse(first)).toMatchObject({
    msg: 'it failed',
    err: {
      type: 'Error',
      message: 'the row is wrong',
      code: 'E_ROW',
      stack: expect.stringContaining('operator-log.test.ts'),
      cause: { type: 'TypeError', message: 'because' },
    },
  })
})

test('R30: what JSON.parse repeats of a body stays out, and so does its stack’s first line', () => {
  const lines = logOf((log) => {
    try {
      JSON.parse(`{"password":${planted}`)
    } catch (error) {
      expect(String(error)).toContain(planted.slice(0, 5))
      log.error({ err: error }, 'no JSON')
    }
  })
  expect(lines).toContain('"type":"SyntaxError"')
  expect(lines).not.toContain(planted.slice(0, 5))
})
