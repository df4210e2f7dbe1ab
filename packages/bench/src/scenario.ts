import type { TopologyName } from './topology.ts'

/** A topology with its numbers: what every contender that can do the topology is measured at. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly topology: TopologyName
  readonly capacity: number
  readonly producers: number
  readonly consumers: number
  /** The contender of ours that the others are compared with. */
  readonly reference: string
  /** Moves exactly that many in a run and reports the time of a run. */
  readonly items?: number | undefined
  /** Figures of others, printed beside ours. */
  readonly published?: readonly Published[] | undefined
}

/** The time of one run as somebody else measured it. */
export interface Published {
  readonly contender: string
  readonly runUs: number
  readonly note: string
}

/**
 * The benchmark of the Rust crate tokio-mpmc (0.2.4, `benches/queue_benchmark.rs`): 10,000 messages through a capacity of
 * 10,000, four producers, four consumers, on the current-thread runtime.
 */
const TOKIO_MPMC = {
  capacity: 10_000,
  items: 10_000,
  producers: 4,
  consumers: 4,
  reference: 'millrace-mpmc',
  published: [
    // Its README, `tokio-mpmc-channel`, non-io: 185.29 µs.
    {
      contender: 'tokio-mpmc, README',
      runUs: 185.29,
      note: 'published by its author: Rust, on another machine, so the ratio mixes machines and languages',
    },
    // Its own code, current-thread tokio 1.24.2, on a shared 2-core Xeon; median of 200 repetitions: 0.229 ms.
    {
      contender: 'tokio-mpmc, measured',
      runUs: 229,
      note: 'measured once on a shared 2-core Xeon: Rust, not in this run',
    },
  ],
} as const

const ONE_TO_ONE = { producers: 1, consumers: 1, reference: 'millrace-mpsc' } as const

/** All scenarios of the channel suite, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  { ...ONE_TO_ONE, name: 'spsc', title: '1 → 1, capacity 1024 (W1)', topology: 'spsc', capacity: 1024 },
  { ...ONE_TO_ONE, name: 'spsc-1', title: '1 → 1, capacity 1 (W2)', topology: 'spsc', capacity: 1 },
  {
    name: 'mpmc',
    title: '4 → 4, capacity 128 (W3)',
    topology: 'mpmc',
    capacity: 128,
    producers: 4,
    consumers: 4,
    reference: 'millrace-mpmc',
  },
  {
    ...ONE_TO_ONE,
    name: 'spsc-try',
    title: '1 → 1, capacity 1024, ours tried first and awaited only to wait; peers awaited',
    topology: 'spsc-try',
    capacity: 1024,
  },
  {
    name: 'mpmc-try',
    title: '4 → 4, capacity 128, ours tried first and awaited only to wait; peers awaited',
    topology: 'mpmc-try',
    capacity: 128,
    producers: 4,
    consumers: 4,
    reference: 'millrace-mpmc',
  },
  { ...ONE_TO_ONE, name: 'iterate', title: '1 → for await, capacity 1024 (W4)', topology: 'iterate', capacity: 1024 },
  { ...ONE_TO_ONE, name: 'mpsc', title: '4 → 1, capacity 128', topology: 'mpsc', capacity: 128, producers: 4 },
  { ...ONE_TO_ONE, name: 'batch', title: '1 → 1 in batches, capacity 1024', topology: 'batch', capacity: 1024 },
  {
    ...ONE_TO_ONE,
    name: 'many',
    title: '1 → 1, arrays of 128 in and out, capacity 1024',
    topology: 'many',
    capacity: 1024,
  },
  {
    ...TOKIO_MPMC,
    name: 'tokio-mpmc',
    title: "4 → 4, tokio-mpmc's benchmark, every operation awaited",
    topology: 'mpmc',
  },
  {
    ...TOKIO_MPMC,
    name: 'tokio-mpmc-try',
    title: "4 → 4, tokio-mpmc's benchmark, ours tried first",
    topology: 'mpmc-try',
  },
  { ...ONE_TO_ONE, name: 'seq', title: 'fill and drain, capacity 1024', topology: 'seq', capacity: 1024 },
  { ...ONE_TO_ONE, name: 'ping-pong', title: 'round trip, capacity 1', topology: 'ping-pong', capacity: 1 },
]
