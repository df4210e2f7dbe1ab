import type { Clock, PipelineStats, StageStats, Summary } from './api.ts'

/** The time of one run, as it was when something last happened, so that reading it again is free. */
export class Stopwatch {
  /** Undefined where real time serves for both. */
  readonly #clock: Clock | undefined
  readonly #beganMs: number
  /** Time for the statistics. */
  nowMs: number
  /** Time for being fair to the event loop, whatever clock was given. */
  realMs: number

  constructor(clock: Clock | undefined) {
    this.#clock = clock
    this.realMs = performance.now()
    this.#beganMs = this.nowMs = clock?.now() ?? this.realMs
  }

  /** Reads the clock. */
  tick(): void {
    this.realMs = performance.now()
    this.nowMs = this.#clock === undefined ? this.realMs : this.#clock.now()
  }

  /** Time from the start to the last tick. */
  get elapsedMs(): number {
    return this.nowMs - this.#beganMs
  }
}

/**
 * Counts what a stage holds, and what it spent its time on.
 *
 *     started ──▶ running ──finished──▶ waiting ──left──▶ done
 *                    └──dropped     └◀─added
 *
 * INVARIANT  running ≤ concurrency and running + waiting ≤ concurrency + buffer: `room` is asked before `started`.
 * INVARIANT  the time since the last change is charged before a count changes.
 */
export class Meter {
  readonly name: string
  readonly concurrency: number
  readonly #limit: number
  readonly #stopwatch: Stopwatch
  #sinceMs: number
  #received = 0
  #done = 0
  #busyMs = 0
  #blockedMs = 0
  #starvedMs = 0
  running = 0
  waiting = 0

  constructor(name: string, concurrency: number, buffer: number, stopwatch: Stopwatch) {
    this.name = name
    this.concurrency = concurrency
    this.#limit = concurrency + buffer
    this.#stopwatch = stopwatch
    this.#sinceMs = stopwatch.nowMs
  }

  /** Items taken in so far: the index of the next one. */
  get received(): number {
    return this.#received
  }

  /** Whether one more may start. */
  get room(): boolean {
    return this.running < this.concurrency && this.running + this.waiting < this.#limit
  }

  /** Whether nothing is here. */
  get empty(): boolean {
    return this.running + this.waiting === 0
  }

  /** An item came in and runs. */
  started(): void {
    this.#charge()
    this.#received++
    this.running++
  }

  /** An item that ran has left without waiting. */
  passed(): void {
    this.#charge()
    this.running--
    this.#done++
  }

  /** An item that ran is finished and waits to leave. */
  finished(): void {
    this.#charge()
    this.running--
    this.waiting++
  }

  /** An item that ran leaves nothing behind. */
  dropped(): void {
    this.#charge()
    this.running--
  }

  /** A result came from items that do not run any more. */
  added(): void {
    this.#charge()
    this.waiting++
  }

  /** An item that waited has left. */
  left(): void {
    this.#charge()
    this.waiting--
    this.#done++
  }

  /** Charges the time up to the last tick. */
  #charge(): void {
    const spentMs = this.#stopwatch.nowMs - this.#sinceMs
    if (spentMs === 0) return
    this.#sinceMs = this.#stopwatch.nowMs
    this.#busyMs += this.running * spentMs
    if (this.empty) this.#starvedMs += spentMs
    else if (this.running < this.concurrency && !this.room) this.#blockedMs += spentMs
  }

  /** How the stage stands at the last tick. */
  stats(): StageStats {
    this.#charge()
    const possibleMs = this.concurrency * this.#stopwatch.elapsedMs
    return {
      name: this.name,
      concurrency: this.concurrency,
      received: this.#received,
      done: this.#done,
      running: this.running,
      waiting: this.waiting,
      busyMs: this.#busyMs,
      busy: possibleMs > 0 ? Math.min(1, this.#busyMs / possibleMs) : 0,
      blockedMs: this.#blockedMs,
      starvedMs: this.#starvedMs,
    }
  }
}

/** The stats of a run that has ended, and the first of those with the highest busy share. */
export function summarize(stats: PipelineStats): Summary {
  let bottleneck = stats.source
  for (const stage of [...stats.stages, stats.output]) if (stage.busy > bottleneck.busy) bottleneck = stage
  return { ...stats, bottleneck: bottleneck.name }
}
