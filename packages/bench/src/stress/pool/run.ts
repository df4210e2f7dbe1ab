import { type Audit, audit, ConsumerBook, ProducerBook } from './books.ts'
import { consume } from './consuming.ts'
import { Items } from './items.ts'
import type { Percentiles } from './latencies.ts'
import type { Plan } from './plan.ts'
import { produce } from './producing.ts'
import type { Ground } from './subject.ts'

/** How far a run is. */
export interface Progress {
  readonly ms: number
  readonly submitted: number
  readonly drained: number
  readonly submitErrors: number
  readonly drainErrors: number
  /** Of the items drained so far. */
  readonly latencyUs: Percentiles
}

/** What was counted when the time was over. */
interface InTime {
  readonly ms: number
  readonly submitted: number
  readonly drained: number
}

/** What a run came to. */
export interface Report extends Audit {
  readonly plan: Plan
  readonly node: string
  /** Until the time was over, or until the last item was drained if that was sooner. */
  readonly ms: number
  readonly submittedInTime: number
  readonly drainedInTime: number
  readonly drainedPerSecond: number
  readonly submitErrors: number
  readonly drainErrors: number
  readonly drains: number
  /** From the begin of an item's submit until it is drained. */
  readonly latencyUs: Percentiles
  /** From the call of a drain until it answered with items. */
  readonly drainCallUs: Percentiles
  /** How many of the turns that a timer of 10 ms should have had it had, at most 1. */
  readonly eventLoop: number
  readonly interrupted: boolean
  /** What should not be, in words. */
  readonly faults: readonly string[]
}

/** Who follows a run, and how it is ended early. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly progressMs?: number
}

const TICK_MS = 10
const PATIENCE_MS = 15_000

/** Submits and drains until the time is over or all is submitted, drains what is left, and compares the books. */
export function run(plan: Plan, ground: Ground, options: RunOptions = {}): Promise<Report> {
  return new Run(plan, ground, options).play()
}

class Run {
  readonly #plan: Plan
  readonly #ground: Ground
  readonly #options: RunOptions
  readonly #producers: ProducerBook[]
  readonly #consumer: ConsumerBook
  readonly #start = performance.now()
  #isOver = false
  #isClosed = false
  #isInterrupted = false
  #ticks = 0
  #inTime: InTime | undefined

  constructor(plan: Plan, ground: Ground, options: RunOptions) {
    this.#plan = plan
    this.#ground = ground
    this.#options = options
    this.#producers = Array.from({ length: plan.producers }, () => new ProducerBook())
    this.#consumer = new ConsumerBook(plan.producers)
  }

  async play(): Promise<Report> {
    const { signal, onProgress, progressMs = 1000 } = this.#options
    const interrupt = (): void => {
      this.#isInterrupted = !this.#isOver
      this.#end()
    }
    if (signal?.aborted) interrupt()
    signal?.addEventListener('abort', interrupt)
    const stop = setTimeout(() => this.#end(), this.#plan.seconds * 1000)
    const tick = setInterval(() => this.#ticks++, TICK_MS)
    const tell = setInterval(() => onProgress?.(this.#progress()), progressMs)
    try {
      const isWedged = !(await this.#happens(this.#work()))
      return this.#report(isWedged)
    } finally {
      clearTimeout(stop)
      clearInterval(tick)
      clearInterval(tell)
      signal?.removeEventListener('abort', interrupt)
    }
  }

  async #work(): Promise<void> {
    const { seed, payloadBytes, priorities, producers, consumers } = this.#plan
    const common = { items: new Items(seed, payloadBytes, priorities), plan: this.#plan }
    const [isOver, isClosed] = [() => this.#isOver, () => this.#isClosed]
    const draining = Array.from({ length: consumers }, () =>
      consume({ ...common, subject: this.#ground.subject(), book: this.#consumer, isClosed }),
    )
    const submitting = Array.from({ length: producers }, (_, producer) => {
      const book = this.#producers[producer] as ProducerBook
      return produce({ ...common, subject: this.#ground.subject(), producer, book, isOver })
    })
    const submitted = Promise.all(submitting).then(() => {
      this.#isClosed = true
    })
    await Promise.all([submitted, ...draining])
    this.#end()
  }

  /** The time is over: nothing counts for the rate from now on, producers end, and then consumers once nothing is left. */
  #end(): InTime {
    this.#isOver = true
    const { drained } = this.#consumer
    this.#inTime ??= { ms: performance.now() - this.#start, submitted: this.#submitted(), drained }
    return this.#inTime
  }

  /** Whether this comes to an end, for as long as anything at all happens after the time is over. */
  async #happens(work: Promise<void>): Promise<boolean> {
    let [seen, since] = [-1, performance.now()]
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const look = setInterval(() => {
      const now = this.#submitted() + this.#consumer.drained
      if (now !== seen || !this.#isOver) [seen, since] = [now, performance.now()]
      else if (performance.now() - since > PATIENCE_MS) resolve(false)
    }, 100)
    try {
      return await Promise.race([work.then(() => true), promise])
    } finally {
      clearInterval(look)
    }
  }

  #submitted(): number {
    return this.#producers.reduce((sum, { accepted }) => sum + accepted, 0)
  }

  #submitErrors(): number {
    return this.#producers.reduce((sum, { errors }) => sum + errors, 0)
  }

  #progress(): Progress {
    return {
      ms: performance.now() - this.#start,
      submitted: this.#submitted(),
      drained: this.#consumer.drained,
      submitErrors: this.#submitErrors(),
      drainErrors: this.#consumer.errors,
      latencyUs: this.#consumer.latency.percentiles(),
    }
  }

  #report(isWedged: boolean): Report {
    const inTime = this.#end()
    const books = audit(this.#producers, this.#consumer)
    const allMs = performance.now() - this.#start
    return {
      plan: this.#plan,
      node: process.version,
      ms: Math.round(inTime.ms),
      submittedInTime: inTime.submitted,
      drainedInTime: inTime.drained,
      drainedPerSecond: Math.round((inTime.drained / inTime.ms) * 1000),
      submitErrors: this.#submitErrors(),
      drainErrors: this.#consumer.errors,
      drains: this.#consumer.drains,
      latencyUs: this.#consumer.latency.percentiles(),
      drainCallUs: this.#consumer.drainCall.percentiles(),
      eventLoop: Math.min(1, Math.round((this.#ticks / Math.max(1, Math.floor(allMs / TICK_MS))) * 100) / 100),
      interrupted: this.#isInterrupted,
      ...books,
      faults: faultsOf(books, isWedged),
    }
  }
}

function faultsOf({ missing, twice, unsent, torn, outOfOrder }: Audit, isWedged: boolean): string[] {
  const counts = { missing, 'drained twice': twice, 'never submitted': unsent, torn, 'out of order': outOfOrder }
  const faults = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} items ${what}`] : []))
  return isWedged ? [...faults, `nothing happened for ${PATIENCE_MS / 1000} s, and it was not at its end`] : faults
}
