import { show } from '@millrace/notify'
import type { Clock } from './api.ts'

/** So long may pass between two readings of the clock, as far as can be foreseen. */
const CLOSE_MS = 0.02
/** At most so many items pass between them, and a quarter as many again: the next one may take long. */
const MOST_ITEMS = 16

/** Many quick events must follow each other before some are left out, so that one slow stage among quick ones is always met. */
const GROWTH = 1.05

/** Added up, its multiples less their whole parts come near every number, in no rhythm. Costs less than chance. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** Looked up once: as a global it costs a call each time. */
const realTime = performance

/** What time is charged to, as it stands when the time has passed. */
export interface Charged {
  charge(spentMs: number): void
}

/**
 * The time of one run. It passes only in `tick`, which charges it to all parts of the run: whatever changes between two ticks has taken
 * no time.
 *
 * Reading the clock costs as much as a short call. So while events follow each other quickly only one of some is a reason to tick, by
 * chance: so many that about a fiftieth of a millisecond passes between two. They are the events of some items and one more: so where
 * an item is an event for each part, the parts take turns.
 *
 * INVARIANT  time is finite and never falls: a clock that breaks is told of, and not read again.
 * INVARIANT  the first event in a turn of the event loop ticks, since any time may have passed; so does each one if the run is to be exact.
 */
export class Stopwatch {
  /** Undefined where real time serves for both. */
  #clock: Clock | undefined
  readonly #onBroken: (error: TypeError) => void
  readonly #beganMs: number
  readonly #charged: Charged[] = []
  readonly #isExact: boolean
  /** For how many parts an item is an event. */
  #parts = 0
  #events = 0
  #seenEvents = 1
  #seenMs = 0
  /** With so many events it is time to tick. */
  #due = 1
  #usual = 1
  #chance = Math.random()
  /** Time for the statistics. */
  nowMs = 0
  /** How much of it the last tick has charged. */
  spentMs = 0
  /** Time for being fair to the event loop, whatever clock was given. */
  realMs = 0

  /** `isExact`: each event ticks. Throws `TypeError` if the clock does not work now; `onBroken` hears of it if it breaks later. */
  constructor(clock: Clock | undefined, isExact: boolean, onBroken: (error: TypeError) => void) {
    this.#clock = clock
    this.#isExact = isExact
    this.#onBroken = onBroken
    this.realMs = realTime.now()
    this.#beganMs = this.nowMs = clock === undefined ? this.realMs : read(clock, Number.NEGATIVE_INFINITY)
  }

  /** From now on time is charged to this, too. */
  charge(part: Charged): void {
    this.#charged.push(part)
  }

  /** There is one more part for which each item is an event. */
  watch(): void {
    this.#parts++
  }

  /** So many events may happen before one is a reason to tick. */
  get spare(): number {
    return this.#due - 1 - this.#events
  }

  /** So many of those have happened. */
  skip(events: number): void {
    this.#events += events
  }

  /** Something happens: ticks if it is time to. Returns for how many events this one stands, or 0 if it did not tick. */
  glance(): number {
    if (++this.#events < this.#due) return 0
    const events = this.#events
    this.tick()
    return events
  }

  /** Any time may have passed since the last event: the next one ticks. */
  expire(): void {
    this.#due = 1
  }

  /** Reads the clock, and charges the time since it was read. */
  tick(): void {
    const { nowMs, realMs } = this
    this.realMs = realTime.now()
    this.#space(this.realMs - realMs)
    this.nowMs = this.#clock === undefined ? this.realMs : this.#readGiven(this.#clock)
    this.spentMs = this.nowMs - nowMs
    if (this.spentMs > 0) for (const part of this.#charged) part.charge(this.spentMs)
  }

  /** Time from the start to the last tick. */
  get elapsedMs(): number {
    return this.nowMs - this.#beganMs
  }

  #readGiven(clock: Clock): number {
    try {
      return read(clock, this.nowMs)
    } catch (error) {
      this.#clock = stopped(this.nowMs)
      this.#onBroken(error as TypeError)
      return this.nowMs
    }
  }

  /** Decides when to tick next: by chance, so that what comes in a rhythm is not met always at the same beat. */
  #space(spentMs: number): void {
    const most = this.#isExact ? 1 : MOST_ITEMS * this.#parts
    // A tick without an event ends what the last event has begun: both are seen as one. So the next event is not the nearer, the longer
    // the part takes whose turn it was.
    if (this.#events === 0) this.#seenMs += spentMs
    else {
      this.#seenEvents = this.#events
      this.#seenMs = spentMs
    }
    const fit = this.#seenMs > 0 ? (this.#seenEvents * CLOSE_MS) / this.#seenMs : most
    this.#usual = Math.max(1, Math.min(fit, GROWTH * this.#usual, most))
    this.#events = 0
    this.#chance = (this.#chance + GOLDEN) % 1
    const items = this.#usual < 2 ? 0 : Math.round(((0.75 + this.#chance / 2) * this.#usual) / this.#parts)
    this.#due = items * this.#parts + 1
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
