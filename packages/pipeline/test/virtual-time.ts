import type { Clock } from '../src/index.ts'
import { quiet } from './support.ts'

/** Time that passes only when nothing else can happen. */
export class VirtualTime implements Clock {
  #nowMs = 0
  #sequence = 0
  readonly #timers: { atMs: number; order: number; fire: () => void }[] = []

  now(): number {
    return this.#nowMs
  }

  /** So long goes by at once. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      this.#timers.push({ atMs: this.#nowMs + ms, order: this.#sequence++, fire: () => resolve(value) })
    })
  }

  /** Fires timer after timer until none is left. */
  async runToEnd(): Promise<void> {
    await quiet()
    for (;;) {
      const next = this.#timers.reduce(
        (a, b) => (b.atMs < a.atMs || (b.atMs === a.atMs && b.order < a.order) ? b : a),
        {
          atMs: Number.POSITIVE_INFINITY,
          order: 0,
          fire: () => {},
        },
      )
      if (next.atMs === Number.POSITIVE_INFINITY) return
      this.#timers.splice(this.#timers.indexOf(next), 1)
      this.#nowMs = next.atMs
      next.fire()
      await quiet()
    }
  }
}

/** From 5 to 20 ms for each stage and item, always the same and no two equal: ties could be broken either way. */
export function durations(stages: number, items: number): number[][] {
  let seed = 12345
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed / 0x80000000
  }
  return Array.from({ length: stages }, () => Array.from({ length: items }, () => 5 + 15 * random()))
}

interface SimulatedStage {
  readonly held: { item: number; endMs: number }[]
}

/**
 * When the last item leaves, by the rule alone: a stage starts the next item as soon as fewer than `concurrency` run and
 * fewer than `concurrency + buffer` are held. Written apart from the pipeline, to the letter of its documentation.
 */
export function boundedEnd(times: number[][], concurrency: number, buffer: number, ordered: boolean): number {
  const stages: SimulatedStage[] = times.map(() => ({ held: [] }))
  const items = times[0]?.length ?? 0
  let nowMs = 0
  let started = 0
  let left = 0
  const leaving = (stage: SimulatedStage | undefined): number => {
    if (stage === undefined) return -1
    if (ordered) return (stage.held[0]?.endMs ?? Number.POSITIVE_INFINITY) <= nowMs ? 0 : -1
    let first = -1
    stage.held.forEach(({ endMs }, index) => {
      if (endMs <= nowMs && endMs < (stage.held[first]?.endMs ?? Number.POSITIVE_INFINITY)) first = index
    })
    return first
  }
  const step = (): boolean => {
    for (let k = stages.length; k >= 0; k--) {
      const stage = stages[k]
      const running = stage?.held.filter(({ endMs }) => endMs > nowMs).length ?? 0
      if (stage !== undefined && (running >= concurrency || stage.held.length >= concurrency + buffer)) continue
      const place = leaving(stages[k - 1])
      if (k > 0 && place < 0) continue
      if (k === 0 && started === items) continue
      const item = k === 0 ? started++ : (stages[k - 1]?.held.splice(place, 1)[0]?.item ?? -1)
      if (stage === undefined) left++
      else stage.held.push({ item, endMs: nowMs + (times[k]?.[item] ?? 0) })
      return true
    }
    return false
  }
  while (left < items) {
    while (step());
    const ends = stages.flatMap(({ held }) => held.map(({ endMs }) => endMs)).filter((endMs) => endMs > nowMs)
    if (ends.length > 0) nowMs = Math.min(...ends)
  }
  return nowMs
}
