import type { PipelineStats, StageStats, Summary } from './api.ts'
import { Durations } from './durations.ts'
import type { Charged, Stopwatch } from './stopwatch.ts'

/**
 * Counts what a stage holds, and what it spent its time on.
 *
 *     started ──▶ running ──finished──▶ waiting ──left──▶ done
 *                    └──▶ dropped          ▲
 *     parked ──▶ running                   │
 *     gathering ──▶ gathered ──batched─────┤
 *     took ─────────────────────────gave───┘
 *
 * INVARIANT  running ≤ concurrency and parked + running + waiting ≤ limit: `room` is asked before an item comes in.
 * INVARIANT  where nothing is gathered and one item makes one, received = done + waiting + running + parked + dropped.
 */
export class Meter implements Charged {
  readonly name: string
  readonly #stopwatch: Stopwatch
  #concurrency = 0
  #limit = 0
  #received = 0
  #done = 0
  #dropped = 0
  #errors = 0
  #gathered = 0
  #busyMs = 0
  #blockedMs = 0
  #starvedMs = 0
  #possibleMs = 0
  /** What calls took that came and went between two ticks. It was charged to what was there then. */
  #unseenMs = 0
  #durations: Durations | undefined
  running = 0
  waiting = 0
  parked = 0

  constructor(name: string, concurrency: number, limit: number, stopwatch: Stopwatch) {
    this.name = name
    this.#concurrency = concurrency
    this.#limit = limit
    this.#stopwatch = stopwatch
    stopwatch.charge(this)
  }

  /** Items taken in so far: the index of the next one. */
  get received(): number {
    return this.#received
  }

  /** Whether one more may start. */
  get room(): boolean {
    return this.running < this.#concurrency && this.running + this.waiting + this.parked < this.#limit
  }

  /** How many items are here. */
  get held(): number {
    return this.running + this.waiting + this.parked
  }

  /** Whether nothing is here. */
  get empty(): boolean {
    return this.held === 0
  }

  /** The most calls that may run at a time. */
  get concurrency(): number {
    return this.#concurrency
  }

  /** From now on so many calls may run at a time, and as many items more or fewer may be here. */
  resize(concurrency: number): void {
    this.#limit += concurrency - this.#concurrency
    this.#concurrency = concurrency
  }

  /** An item came in and waits for another one to be finished. */
  parks(): void {
    this.#received++
    this.parked++
  }

  /** An item that was parked runs. */
  unparked(): void {
    this.parked--
    this.running++
  }

  /** An item came in that makes others, or none. */
  took(): void {
    this.#received++
  }

  /** A call took so long, and stands for so many. */
  lasted(ms: number, calls: number): void {
    this.#durations ??= new Durations()
    this.#durations.add(ms, calls)
  }

  /**
   * A call took so long that was over when it returned, and stands for so many. The others are unseen, but not the time: so much had been
   * spent before it, and each of the last ticks may have missed as much.
   */
  returned(ms: number, calls: number, spentMs: number): void {
    this.lasted(ms, calls)
    this.#unseenMs += Math.min(ms * (calls - 1), spentMs * calls)
  }

  /** An item was made and waits to leave. */
  gave(): void {
    this.waiting++
  }

  /** An item came in and runs. Gives its index. */
  started(): number {
    this.running++
    return this.#received++
  }

  /** An item that ran has left without waiting. */
  passed(): void {
    this.running--
    this.#done++
  }

  /** An item that has left is back, and waits. */
  returns(): void {
    this.#done--
    this.waiting++
  }

  /** An item that ran is finished and waits to leave. */
  finished(): void {
    this.running--
    this.waiting++
  }

  /** An item that ran leaves nothing behind. */
  dropped(): void {
    this.running--
    this.#dropped++
  }

  /** Something of the stage failed for good. Once its signal has aborted that is a consequence, and no news. */
  failed(signal: AbortSignal): void {
    if (!signal.aborted) this.#errors++
  }

  /** An item came in and waits for others to leave with. */
  gathering(): void {
    this.#received++
    this.#gathered++
  }

  /** What was gathered waits to leave, as one. */
  batched(): void {
    this.#gathered = 0
    this.waiting++
  }

  /** An item that waited has left. */
  left(): void {
    this.waiting--
    this.#done++
  }

  charge(spentMs: number): void {
    this.#busyMs += this.running * spentMs
    this.#possibleMs += this.#concurrency * spentMs
    if (this.empty) this.#starvedMs += spentMs
    else if (this.running < this.#concurrency && !this.room) this.#blockedMs += spentMs
  }

  /** How the stage stands at the last tick. */
  stats(): StageStats {
    const busyMs = this.#busyMs + this.#unseenMs
    return {
      name: this.name,
      concurrency: this.#concurrency,
      received: this.#received,
      done: this.#done,
      running: this.running,
      waiting: this.waiting,
      parked: this.parked,
      dropped: this.#dropped,
      errors: this.#errors,
      gathered: this.#gathered,
      p50Ms: this.#durations?.quantile(0.5) ?? 0,
      p99Ms: this.#durations?.quantile(0.99) ?? 0,
      perSecond: this.#stopwatch.elapsedMs > 0 ? (this.#done * 1_000) / this.#stopwatch.elapsedMs : 0,
      busyMs,
      busy: this.#possibleMs > 0 ? Math.min(1, busyMs / this.#possibleMs) : 0,
      blockedMs: this.#blockedMs,
      starvedMs: Math.max(0, this.#starvedMs - this.#unseenMs),
    }
  }
}

/** The stats of a run that has ended, and the first of those with the highest busy share. */
export function summarize(stats: PipelineStats): Summary {
  let bottleneck = stats.source
  for (const stage of [...stats.stages, stats.output]) if (stage.busy > bottleneck.busy) bottleneck = stage
  return { ...stats, bottleneck: bottleneck.name }
}
