/** Producers that await each submit and consumers that drain a hundred at a time, as the stress test of the Rust pool this one descends from does. */
import { type PriorityPool, priorityPool } from '@millrace/pool'
import { build } from 'hdr-histogram-js'
import { LostValuesError } from '../child.ts'
import type { Figures, Trial, TrialSection } from '../trial.ts'

interface Item {
  readonly priority: number
  readonly at: number
}

const FOR_MS = 300
/** One item in so many is timed: the clock and the histogram cost as much as the pool. */
const TIMED = 16
const CROWDS = [
  { producers: 20, consumers: 1 },
  { producers: 15, consumers: 5 },
] as const
/** From 0 on, as many as that test has unless told, and more than have a list each. */
const PRIORITIES = [1_000, 1_000_000] as const

/** The sections. */
export const STRESSES: readonly TrialSection[] = CROWDS.map(({ producers, consumers }) => ({
  name: `stress-${producers}-${consumers}`,
  title: `${producers} producers that await each submit, ${consumers} consumers that drain 100; submit to drain`,
  reference: 'millrace, 1000 priorities',
  forMs: FOR_MS * 3,
  metrics: [
    { name: 'rate', unit: 'items/s' },
    { name: 'p50', unit: 'µs' },
    { name: 'p99', unit: 'µs' },
    { name: 'longest turn', unit: 'ms' },
  ],
}))

/** The trials. */
export const stress: readonly Trial[] = CROWDS.flatMap(({ producers, consumers }) =>
  PRIORITIES.map(
    (priorities): Trial => ({
      section: `stress-${producers}-${consumers}`,
      contender: `millrace, ${priorities} priorities`,
      kind: 'ours',
      prepare: () => ({ run: () => run(producers, consumers, priorities) }),
    }),
  ),
)

async function run(producers: number, consumers: number, priorities: number): Promise<Figures> {
  const pool = priorityPool<Item>({ capacity: 10_000, priority: ({ priority }) => priority })
  const latencies = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 10_000_000,
    numberOfSignificantValueDigits: 3,
  })
  const began = performance.now()
  const end = began + FOR_MS
  const turns = watchTurns()
  const consuming = Promise.all(Array.from({ length: consumers }, () => consume(pool, latencies)))
  const submitted = await Promise.all(Array.from({ length: producers }, (_, i) => produce(pool, end, i, priorities)))
  const ms = performance.now() - began
  pool.close()
  const drained = sum(await consuming)
  if (drained !== sum(submitted)) throw new LostValuesError(`submitted ${sum(submitted)}, drained ${drained}`)
  const percentile = (p: number) => latencies.getValueAtPercentile(p) / 100
  return { rate: (drained / ms) * 1_000, p50: percentile(50), p99: percentile(99), 'longest turn': turns() }
}

async function produce(pool: PriorityPool<Item>, end: number, seed: number, priorities: number): Promise<number> {
  let submitted = 0
  let random = seed + 1
  for (;;) {
    const isTimed = submitted % TIMED === 0
    const at = isTimed ? performance.now() : 0
    if (at > end) return submitted
    random = (random * 48_271) % 2_147_483_647
    await pool.submit({ priority: random % priorities, at })
    submitted++
  }
}

async function consume(pool: PriorityPool<Item>, latencies: { recordValue(value: number): void }): Promise<number> {
  let drained = 0
  for (;;) {
    const items = await pool.drain(100, { timeoutMs: 50 })
    const now = performance.now()
    for (const { at } of items) if (at > 0) latencies.recordValue(Math.max(1, Math.round((now - at) * 100_000)))
    drained += items.length
    if (items.length === 0 && pool.closed) return drained
  }
}

/** How long the event loop was kept from turning at most. */
function watchTurns(): () => number {
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
  return () => {
    clearInterval(timer)
    return Math.max(longest, performance.now() - last)
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
