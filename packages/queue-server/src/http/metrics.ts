import type { Family } from '@millrace/command/http'
import type { ServerStats } from '../api.ts'
import type { MonitoredServer } from './api.ts'
import type { NamedStats } from './snapshot.ts'

const GAUGES = {
  ready: 'Messages that can be received now.',
  delayed: 'Messages whose time has not come.',
  inFlight: 'Messages that are leased.',
  bytes: 'Bytes of all bodies and headers.',
  dedupKeys: 'Dedup keys that are remembered.',
  damaged: 'Messages whose bodies could not be read from the disk.',
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
  servers: Readonly<Record<string, MonitoredServer>>,
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
      ({ oldestMs }) => oldestMs / 1000,
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
    ...serverFamilies(Object.entries(servers).map(([name, server]) => [name, server.stats()])),
  ]
}

function serverFamilies(all: readonly (readonly [string, ServerStats])[]): Family[] {
  const one = (name: string, help: string, of: (stats: ServerStats) => number): Family => ({
    name: `millrace_queue_server_${name}`,
    help,
    samples: all.map(([server, stats]) => ({ labels: { server }, value: of(stats) })),
  })
  const by = (
    name: string,
    help: string,
    label: string,
    of: (stats: ServerStats) => Readonly<Record<string, number>>,
  ) => ({
    name: `millrace_queue_server_${name}`,
    help,
    samples: all.flatMap(([server, stats]) =>
      Object.entries(of(stats)).map(([key, value]) => ({ labels: { server, [label]: key }, value })),
    ),
  })
  return [
    one('connections', 'Connections now.', ({ connections }) => connections),
    one('accepted_total', 'Connections that have been accepted.', ({ accepted }) => accepted),
    by('refused_total', 'Connections that have been refused.', 'reason', ({ refused }) => refused),
    by('cut_total', 'Connections that have been cut.', 'reason', ({ cut }) => cut),
    by('requests_total', 'Requests that have come.', 'kind', ({ requests }) => requests),
    by('errors_total', 'Requests that have failed.', 'code', ({ failures }) => failures),
    one('pending', 'Requests that are not answered yet.', ({ pending }) => pending),
    one('bytes_in_total', 'Bytes that have come.', ({ bytesIn }) => bytesIn),
    one('bytes_out_total', 'Bytes that have been written.', ({ bytesOut }) => bytesOut),
    one('buffered_bytes', 'Bytes of requests and answers that are held.', ({ bufferedBytes }) => bufferedBytes),
  ]
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function entries<K extends string>(record: Readonly<Record<K, string>>): [K, string][] {
  return Object.entries(record) as [K, string][]
}
