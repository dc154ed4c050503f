// The meters behind /metrics: all but the latency are read from the services on request.

import type { Services } from '../../services.ts'

export interface Meters {
  readonly contentType: string
  /** In seconds. */
  observe(route: string, status: number, seconds: number): void
  /** Prometheus' text format. */
  read(): Promise<string>
  stop(): void
}

/** In seconds: a protected call is a millisecond, a sign-in a quarter of a second. */
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export async function createMeters(services: Services): Promise<Meters> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const registry = new Registry()
  const registers = [registry]
  // Memory, CPU, garbage collection and the lag of the event loop.
  collectDefaultMetrics({ register: registry })

  const latency = new Histogram({
    name: 'keycard_http_request_duration_seconds',
    help: 'How long answers took, by route and class of status.',
    labelNames: ['route', 'status'],
    buckets: latencyBuckets,
    registers,
  })

  new Counter({
    name: 'keycard_events_total',
    help: 'Sign-ins by outcome, sign-outs, refreshes and changes of accounts, since the start.',
    labelNames: ['event'],
    registers,
    collect() {
      this.reset()
      for (const [event, count] of services.eventCounts.read()) this.inc({ event }, count)
    },
  })

  new Gauge({
    name: 'keycard_password_engine_info',
    help: 'Which bcrypt is at work.',
    labelNames: ['engine'],
    registers,
    async collect() {
      this.set({ engine: await services.passwords.engineName() }, 1)
    },
  })
  const queue = services.passwords.stats
  new Gauge({
    name: 'keycard_password_queue',
    help: 'Passwords being hashed, and those that wait for it.',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'running' }, queue().running)
      this.set({ state: 'waiting' }, queue().waiting)
    },
  })
  new Counter({
    name: 'keycard_password_queue_total',
    help: 'Passwords hashed, and those refused because too many waited, since the start.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      this.inc({ outcome: 'hashed' }, queue().completed)
      this.inc({ outcome: 'refused' }, queue().refused)
    },
  })
  new Gauge({
    name: 'keycard_mails',
    help: 'Mails that wait in the outbox, and those that could not be sent.',
    labelNames: ['state'],
    registers,
    async collect() {
      const { waiting, failed } = await services.outbox.count()
      this.set({ state: 'waiting' }, waiting)
      this.set({ state: 'failed' }, failed)
    },
  })
  new Counter({
    name: 'keycard_mails_total',
    help: 'Mails that this process has sent, put off or given up, since the start.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      const { mailDelivery } = services
      if (!mailDelivery) return
      for (const [outcome, count] of Object.entries(mailDelivery.counts())) {
        this.inc({ outcome }, count)
      }
    },
  })
  new Gauge({
    name: 'keycard_streams',
    help: 'Streams that are open: one for each browser that looks at one.',
    registers,
    collect() {
      this.set(services.liveStreams.count())
    },
  })
  new Gauge({
    name: 'keycard_changes_silent_seconds',
    help: 'How long the database has not told what other processes revoked.',
    registers,
    collect() {
      this.set(services.changeFeed.silentForMs() / 1_000)
    },
  })

  /** Recorded many at a time: the library's code is then warm, and costs a call a seventh. */
  const observed: { route: string; status: number; seconds: number }[] = []
  function writeDown(): void {
    for (const { route, status, seconds } of observed.splice(0)) {
      latency.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds)
    }
  }

  return {
    contentType: registry.contentType,
    observe(route, status, seconds) {
      if (observed.push({ route, status, seconds }) >= 500) writeDown()
    },
    read() {
      writeDown()
      return registry.metrics()
    },
    stop: () => registry.clear(),
  }
}
