import type { Clock, PipelineStats, StageStats, Summary } from './api.ts'
import { Durations } from './durations.ts'
import { show } from './options.ts'

/**
 * The time of one run, as it was when something last happened, so that reading it again is free.
 *
 * INVARIANT  time is finite and never falls: a clock that breaks is told of, and not read again.
 */
export class Stopwatch {
  /** Undefined where real time serves for both. */
  #clock: Clock | undefined
  readonly #onBroken: (error: TypeError) => void
  readonly #beganMs: number
  /** Time for the statistics. */
  nowMs: number
  /** Time for being fair to the event loop, whatever clock was given. */
  realMs: number

  /** Throws `TypeError` if the clock does not work now; `onBroken` hears of it if it breaks later. */
  constructor(clock: Clock | undefined, onBroken: (error: TypeError) => void) {
    this.#clock = clock
    this.#onBroken = onBroken
    this.realMs = performance.now()
    this.#beganMs = this.nowMs = clock === undefined ? this.realMs : read(clock, Number.NEGATIVE_INFINITY)
  }

  /** Reads the clock. */
  tick(): void {
    this.realMs = performance.now()
    const clock = this.#clock
    if (clock === undefined) {
      this.nowMs = this.realMs
      return
    }
    try {
      this.nowMs = read(clock, this.nowMs)
    } catch (error) {
      this.#clock = stopped(this.nowMs)
      this.#onBroken(error as TypeError)
    }
  }

  /** Time from the start to the last tick. */
  get elapsedMs(): number {
    return this.nowMs - this.#beganMs
  }
}

function read(clock: Clock, leastMs: number): number {
  let nowMs: number
  try {
    nowMs = clock.now()
  } catch (cause) {
    throw new TypeError('run: clock: now() threw', { cause })
  }
  if (Number.isFinite(nowMs) && nowMs >= leastMs) return nowMs
  const after = Number.isFinite(leastMs) ? ` after ${leastMs}` : ''
  throw new TypeError(`run: clock: expected now() to give a number that never falls, got ${show(nowMs)}${after}`)
}

function stopped(nowMs: number): Clock {
  return { now: () => nowMs }
}

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
 * INVARIANT  the time since the last change is charged before a count changes.
 */
export class Meter {
  readonly name: string
  #concurrency: number
  #limit: number
  readonly #stopwatch: Stopwatch
  #sinceMs: number
  #received = 0
  #done = 0
  #dropped = 0
  #gathered = 0
  #busyMs = 0
  #blockedMs = 0
  #starvedMs = 0
  #possibleMs = 0
  #durations: Durations | undefined
  running = 0
  waiting = 0
  parked = 0

  constructor(name: string, concurrency: number, limit: number, stopwatch: Stopwatch) {
    this.name = name
    this.#concurrency = concurrency
    this.#limit = limit
    this.#stopwatch = stopwatch
    this.#sinceMs = stopwatch.nowMs
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
    this.#charge()
    this.#limit += concurrency - this.#concurrency
    this.#concurrency = concurrency
  }

  /** An item came in and waits for another one to be finished. */
  parks(): void {
    this.#charge()
    this.#received++
    this.parked++
  }

  /** An item that was parked runs. */
  unparked(): void {
    this.#charge()
    this.parked--
    this.running++
  }

  /** An item came in that makes others, or none. */
  took(): void {
    this.#charge()
    this.#received++
  }

  /** A call took so long. */
  lasted(ms: number): void {
    this.#durations ??= new Durations()
    this.#durations.add(ms)
  }

  /** An item was made and waits to leave. */
  gave(): void {
    this.#charge()
    this.waiting++
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
    this.#dropped++
  }

  /** An item came in and waits for others to leave with. */
  gathering(): void {
    this.#charge()
    this.#received++
    this.#gathered++
  }

  /** What was gathered waits to leave, as one. */
  batched(): void {
    this.#charge()
    this.#gathered = 0
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
    this.#possibleMs += this.#concurrency * spentMs
    if (this.empty) this.#starvedMs += spentMs
    else if (this.running < this.#concurrency && !this.room) this.#blockedMs += spentMs
  }

  /** How the stage stands at the last tick. */
  stats(): StageStats {
    this.#charge()
    return {
      name: this.name,
      concurrency: this.#concurrency,
      received: this.#received,
      done: this.#done,
      running: this.running,
      waiting: this.waiting,
      parked: this.parked,
      dropped: this.#dropped,
      gathered: this.#gathered,
      p50Ms: this.#durations?.quantile(0.5) ?? 0,
      p99Ms: this.#durations?.quantile(0.99) ?? 0,
      perSecond: this.#stopwatch.elapsedMs > 0 ? (this.#done * 1_000) / this.#stopwatch.elapsedMs : 0,
      busyMs: this.#busyMs,
      busy: this.#possibleMs > 0 ? Math.min(1, this.#busyMs / this.#possibleMs) : 0,
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
