import type { PayloadName } from './payload.ts'

/** The names of the scenarios. */
export type SharedName =
  | `u32-${'await' | 'batch' | 'sync'}`
  | `64-${'await' | 'batch' | 'sync'}`
  | `1k-${'borrow' | 'copy'}`
  | `object-${'await' | 'batch' | 'sync'}`
  | `trip-${'await-block' | 'block-block' | 'await-await'}`

/** Values that go from one thread to another: what every contender that can do it is measured at. */
export interface SharedScenario {
  readonly name: SharedName
  readonly title: string
  readonly payload: PayloadName
  readonly capacity: number
  /** How many values a batch holds where there are batches. */
  readonly batch: number
  /** Where values arrive and round trips begin. Only a worker may block. They are sent, and answered, in a worker. */
  readonly near: 'main' | 'worker'
  /** Of ours, the one that the others are compared with. */
  readonly reference: string
  /** Round trips are timed one by one, instead of all values together. */
  readonly isTrip?: boolean
}

const COMMON = { capacity: 1024, batch: 128, reference: 'millrace-mpmc' } as const
const TO_MAIN = { ...COMMON, near: 'main' } as const
const TO_WORKER = { ...COMMON, near: 'worker' } as const
const TRIP = { ...COMMON, payload: 'u32', capacity: 1, isTrip: true } as const

/** All scenarios of the shared suite, in the order of the report. */
export const SHARED_SCENARIOS: readonly SharedScenario[] = [
  { ...TO_MAIN, name: 'u32-await', title: 'u32, worker → main, each one awaited', payload: 'u32' },
  { ...TO_MAIN, name: 'u32-batch', title: 'u32, worker → main, batches of 128', payload: 'u32' },
  { ...TO_WORKER, name: 'u32-sync', title: 'u32, worker → worker, one an operation, both ends block', payload: 'u32' },
  { ...TO_MAIN, name: '64-await', title: '64 B, worker → main, each one awaited', payload: 'bytes-64' },
  {
    ...TO_WORKER,
    name: '64-sync',
    title: '64 B, worker → worker, one an operation, both ends block',
    payload: 'bytes-64',
  },
  { ...TO_MAIN, name: '64-batch', title: '64 B, worker → main, batches of 128', payload: 'bytes-64' },
  { ...TO_WORKER, name: '1k-borrow', title: '1 KiB, worker → worker, read where they lie', payload: 'bytes-1024' },
  {
    ...TO_WORKER,
    name: '1k-copy',
    title: "1 KiB, worker → worker, into the receiver's own memory",
    payload: 'bytes-1024',
  },
  { ...TO_MAIN, name: 'object-await', title: '{ id, name, n }, worker → main, each one awaited', payload: 'object' },
  { ...TO_WORKER, name: 'object-sync', title: '{ id, name, n }, worker → worker, both ends block', payload: 'object' },
  {
    ...TO_MAIN,
    name: 'object-batch',
    title: '{ id, name, n }, worker → main, batches of 100',
    payload: 'object',
    batch: 100,
  },
  { ...TRIP, name: 'trip-await-block', title: 'round trip, main awaits, worker blocks', near: 'main' },
  { ...TRIP, name: 'trip-block-block', title: 'round trip, two workers, both block', near: 'worker' },
  { ...TRIP, name: 'trip-await-await', title: 'round trip, main and worker, both await', near: 'main' },
]

/** The scenario of this name. */
export function sharedScenario(name: SharedName): SharedScenario {
  const found = SHARED_SCENARIOS.find((scenario) => scenario.name === name)
  if (found === undefined) throw new RangeError(`no scenario ${name}`)
  return found
}
