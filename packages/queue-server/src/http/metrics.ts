import type { MonitoredServer } from './api.ts'
import type { Family, Sample } from './prometheus.ts'
import type { NamedStats } from './snapshot.ts'

const GAUGES = {
  ready: 'Messages that can be received now.',
  delayed: 'Messages whose time has not come.',
  inFlight: 'Messages that are leased.',
  bytes: 'Bytes of all bodies and headers.',
} as const satisfies Partial<Record<keyof NamedStats, string>>

const COUNTERS = {
  sent: 'Messages that were sent.',
  delivered: 'Deliveries.',
  acked: 'Messages acknowledged, delivered without a lease or redriven.',
  returned: 'Messages that came back because a lease was over or by nack.',
  dead: 'Messages that went to the dead-letter queue.',
  expired: 'Messages whose time to live was over.',
  purged: 'Messages purged.',
  duplicates: 'Messages not taken since another one had their dedup key.',
} as const satisfies Partial<Record<keyof NamedStats, string>>

/** What Prometheus is told of the queues, the engine and the servers. */
export function familiesOf(
  queues: readonly NamedStats[],
  servers: readonly MonitoredServer[],
  isWritable: boolean,
): Family[] {
  const perQueue = (name: string, help: string, of: (stats: NamedStats) => number): Family => ({
    name: `millrace_queue_${name}`,
    help,
    samples: queues.map((stats) => ({ labels: { queue: stats.name }, value: of(stats) })),
  })
  return [
    { name: 'millrace_queue_writable', help: 'Whether the engine takes changes.', samples: [{ value: +isWritable }] },
    ...entries(GAUGES).map(([field, help]) => perQueue(snake(field), help, (stats) => stats[field])),
    perQueue(
      'oldest_seconds',
      'For how long the oldest ready message has been ready.',
      (stats) => stats.oldestMs / 1000,
    ),
    perQueue('paused', 'Whether nothing is received until it is resumed.', (stats) => +stats.isPaused),
    {
      name: 'millrace_queue_waiting',
      help: 'Calls that wait for messages or for room.',
      samples: queues.flatMap(({ name: queue, waitingReceives, waitingSends }) => [
        { labels: { queue, verb: 'receive' }, value: waitingReceives },
        { labels: { queue, verb: 'send' }, value: waitingSends },
      ]),
    },
    ...entries(COUNTERS).map(([field, help]) => perQueue(`${field}_total`, help, (stats) => stats[field])),
    ...serverFamilies(servers),
  ]
}

function serverFamilies(servers: readonly MonitoredServer[]): Family[] {
  const all = servers.map((server) => ({ ...server.stats(), name: server.name }))
  const samples = (field: 'connections' | 'requests' | 'errors'): Sample[] =>
    all.map((stats) => ({ labels: { server: stats.name }, value: stats[field] }))
  return [
    { name: 'millrace_queue_server_connections', help: 'Connections that are open.', samples: samples('connections') },
    { name: 'millrace_queue_server_requests_total', help: 'Requests received.', samples: samples('requests') },
    { name: 'millrace_queue_server_errors_total', help: 'Requests refused or failed.', samples: samples('errors') },
  ]
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function entries<K extends string>(record: Readonly<Record<K, string>>): [K, string][] {
  return Object.entries(record) as [K, string][]
}
