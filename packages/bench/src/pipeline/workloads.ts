/** How long each item takes in each stage, and how soon that can be done at all. */
import { random } from '../random.ts'

/** How many items go through. */
export const ITEMS = 1_000
/** Through how many stages. */
const STAGES = 3

/** The names of the workloads. */
export type WorkloadName = 'even' | 'long-tail'

/** Durations in milliseconds by stage and item. */
export type Durations = readonly (readonly number[])[]

/** The ancestor's benchmark: 5 to 10 ms; and the one where every fifth item takes 20. */
export const WORKLOADS: Readonly<Record<WorkloadName, Durations>> = { even: draw(0), 'long-tail': draw(0.2) }

/**
 * When the last item leaves if every stage begins the next item as soon as it has one and fewer than `concurrency` run, and buffers
 * have no limit: what no schedule without knowledge of the durations can be expected to beat.
 */
export function idealMs(durations: Durations, concurrency: number, ordered: boolean): number {
  let arrivals = (durations[0] as readonly number[]).map((_, item) => ({ item, atMs: 0 }))
  for (const stage of durations) arrivals = through(stage, arrivals, concurrency, ordered)
  return Math.max(...arrivals.map(({ atMs }) => atMs))
}

interface Arrival {
  readonly item: number
  readonly atMs: number
}

function through(
  stage: readonly number[],
  arrivals: readonly Arrival[],
  concurrency: number,
  ordered: boolean,
): Arrival[] {
  const freeAt = new Array<number>(concurrency).fill(0)
  const ends = arrivals.map(({ item, atMs }) => {
    const worker = freeAt.indexOf(Math.min(...freeAt))
    const endMs = Math.max(atMs, freeAt[worker] as number) + (stage[item] as number)
    freeAt[worker] = endMs
    return { item, atMs: endMs }
  })
  if (!ordered) return ends.sort((a, b) => a.atMs - b.atMs)
  let latest = 0
  return ends.map(({ item, atMs }) => {
    latest = Math.max(latest, atMs)
    return { item, atMs: latest }
  })
}

function draw(longShare: number): Durations {
  const { chance } = random(12_345)
  return Array.from({ length: STAGES }, () =>
    Array.from({ length: ITEMS }, () => (chance() < longShare ? 20 : 5 + 5 * chance())),
  )
}
