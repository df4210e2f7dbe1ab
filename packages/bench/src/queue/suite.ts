/** Queues: over TCP one request at a time and many, in this process, and with a million messages in them. */
import type { Metric } from '../result.ts'
import type { Prepared, Trial, TrialSection, Trials } from '../trial.ts'
import { ancestorsLoad } from './ancestor.ts'
import { embedded, embeddedMany, sqlite } from './embedded.ts'
import { lifeCycles, type Use } from './life-cycles.ts'
import { filled, type Place } from './million.ts'
import type { Server } from './peer.ts'
import { beanstalkd } from './peers/beanstalkd.ts'
import { bullmq } from './peers/bullmq.ts'
import { echo } from './peers/echo.ts'
import { millrace } from './peers/millrace.ts'
import { redisLists, redisStreams } from './peers/redis.ts'

const ALONE: Use = { connections: 8, depth: 1, forMs: 1_500 }
const DEEP: Use = { connections: 4, depth: 128, forMs: 1_500 }
const FOR_MS = 1_000
const BULL_CYCLES = 4_000
const MILLION = 1_000_000

const RATE: Metric = { name: 'rate', unit: 'items/s' }
const TRIPS: [Metric, Metric, Metric] = [RATE, { name: 'p50', unit: 'µs' }, { name: 'p99', unit: 'µs' }]
const OURS = 'millrace'

interface Named {
  readonly name: string
  readonly kind: Trial['kind']
  readonly note?: string
  readonly start: () => Promise<Server>
}

const ours = (sync: Parameters<typeof millrace>[0]): Named => ({
  name: OURS,
  kind: 'ours',
  start: () => millrace(sync),
})
const beanstalk = (ms: 0 | 50): Named => ({ name: `beanstalkd -f${ms}`, kind: 'peer', start: () => beanstalkd(ms) })
const lists = (sync: 'always' | 'everysec'): Named => ({
  name: `Redis lists, ${sync}`,
  kind: 'peer',
  note: 'no leases',
  start: () => redisLists(sync),
})
const streams = (sync: 'always' | 'everysec'): Named => ({
  name: `Redis streams, ${sync}`,
  kind: 'peer',
  note: 'reads and acknowledges 128 in one command where we are many deep',
  start: () => redisStreams(sync),
})
const nothing: Named = { name: 'echo', kind: 'floor', note: 'Node sends back what it gets', start: echo }

interface Field {
  readonly section: TrialSection
  readonly use: Use
  readonly peers: readonly Named[]
}

function field(name: string, title: string, use: Use, ...peers: Named[]): Field {
  return { section: { name, title, reference: OURS, metrics: TRIPS }, use, peers }
}

const FIELDS: readonly Field[] = [
  field(
    'queue-sync',
    '8 connections, one request at a time, on the disk before the answer',
    ALONE,
    ...[ours('always'), beanstalk(0), lists('always'), streams('always')],
  ),
  field(
    'queue-50ms',
    '8 connections, one request at a time, on the disk every 50 ms or every second',
    ALONE,
    ...[ours('50'), beanstalk(50), lists('everysec'), streams('everysec'), nothing],
  ),
  field(
    'queue-deep-sync',
    '4 connections, 128 requests deep, on the disk before the answer',
    DEEP,
    ...[ours('always'), beanstalk(0), streams('always')],
  ),
  field(
    'queue-deep-50ms',
    '4 connections, 128 requests deep, on the disk every 50 ms or every second',
    DEEP,
    ...[ours('50'), beanstalk(50), streams('everysec'), nothing],
  ),
]

const ANCESTOR: TrialSection = {
  name: 'queue-ancestor',
  title: '16 clients send and 16 receive and acknowledge, 32 deep, 128 bytes, in memory: requests',
  reference: OURS,
  metrics: [RATE],
  isLong: true,
}

const EMBEDDED = [1, 100].map((together) => ({
  together,
  section: {
    name: `queue-embedded-${together}`,
    title: `In this process, ${together === 1 ? 'one by one' : `${together} at once`}, on the disk before the answer`,
    reference: OURS,
    metrics: [RATE],
    forMs: 2_000,
  } satisfies TrialSection,
}))

const FILLED: TrialSection = {
  name: 'queue-million',
  title:
    'In this process, one by one, with a million messages of 100 bytes in the queue, or none; opened anew; memory a message',
  reference: 'memory, none',
  metrics: [RATE, { name: 'open', unit: 'ms' }, { name: 'bytes', unit: 'bytes' }],
}

function trial(section: TrialSection, contender: string, kind: Trial['kind'], prepare: Trial['prepare']): Trial {
  return { section: section.name, contender, kind, prepare }
}

async function served(start: () => Promise<Server>, use: (server: Server) => Promise<Prepared>): Promise<Prepared> {
  const server = await start()
  try {
    return await use(server)
  } catch (error) {
    await server.close()
    throw error
  }
}

/** The suite. */
export const suite: Trials = {
  module: new URL(import.meta.url),
  sections: [...FIELDS.map(({ section }) => section), ANCESTOR, ...EMBEDDED.map(({ section }) => section), FILLED],
  trials: [
    ...FIELDS.flatMap(({ section, use, peers }) =>
      peers.map(({ name, kind, note, start }): Trial => {
        const prepare = () => served(start, (server) => lifeCycles(server, use))
        return { ...trial(section, name, kind, prepare), note }
      }),
    ),
    ...FIELDS.filter(({ section }) => section.name.endsWith('50ms')).map(({ section, use }): Trial => {
      const prepare = () => bullmq(use.connections * use.depth, BULL_CYCLES)
      return { ...trial(section, 'BullMQ, everysec', 'peer', prepare), note: 'add to completed, by a worker' }
    }),
    ...[OURS, `${OURS}, 32 received by one request`].map((name) => {
      const load = (server: Server) => ancestorsLoad(server, name !== OURS)
      return trial(ANCESTOR, name, 'ours', () => served(() => millrace('memory'), load))
    }),
    ...EMBEDDED.flatMap(({ together, section }) => [
      trial(section, OURS, 'ours', () => embedded(together, FOR_MS)),
      ...(together === 1 ? [] : [trial(section, `${OURS}, by one call`, 'ours', () => embeddedMany(together, FOR_MS))]),
      trial(section, 'node:sqlite, full', 'peer', () => sqlite(together, FOR_MS)),
    ]),
    ...(['memory', 'disk', 'disk, bodies there alone'] satisfies Place[]).flatMap((place) =>
      ([0, MILLION] as const).map((messages) =>
        trial(FILLED, `${place}, ${messages === 0 ? 'none' : 'a million'}`, 'ours', () => filled(place, messages)),
      ),
    ),
  ],
}
