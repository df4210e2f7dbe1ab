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
}

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
  { ...ONE_TO_ONE, name: 'iterate', title: '1 → for await, capacity 1024 (W4)', topology: 'iterate', capacity: 1024 },
  { ...ONE_TO_ONE, name: 'mpsc', title: '4 → 1, capacity 128', topology: 'mpsc', capacity: 128, producers: 4 },
  { ...ONE_TO_ONE, name: 'batch', title: '1 → 1 in batches, capacity 1024', topology: 'batch', capacity: 1024 },
  { ...ONE_TO_ONE, name: 'seq', title: 'fill and drain, capacity 1024', topology: 'seq', capacity: 1024 },
  { ...ONE_TO_ONE, name: 'ping-pong', title: 'round trip, capacity 1', topology: 'ping-pong', capacity: 1 },
]
