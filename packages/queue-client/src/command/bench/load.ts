import type { QueueEngine } from '@millrace/queue'
import { Histogram } from '../histogram.ts'
import { codeOf } from '../reason.ts'
import { Arrivals, stamp, stampOf } from './arrivals.ts'

/** How hard the queue is driven. */
export interface LoadOptions {
  readonly producers: number
  readonly consumers: number
  /** So many sends of each producer are not answered, and so many messages each consumer takes at once. */
  readonly depth: number
  /** How many messages the queue holds. */
  readonly capacity: number
  readonly sizeBytes: number
  readonly durationMs: number
}

/** Nothing arrives for so long: what is missing is lost. */
const STALLED_MS = 15_000

/**
 * Messages through a queue: producers send until the time is over or they are stopped; consumers receive and acknowledge until all have come.
 *
 *     running ── time is over, or stop ──▶ draining ── all have come, or none for a while ──▶ ended
 */
export class Load {
  readonly sendMs: Histogram = new Histogram()
  readonly arriveMs: Histogram = new Histogram()
  readonly arrivals: Arrivals
  /** Sends of which nobody knows. */
  unknown = 0
  acked = 0
  /** Answers to acknowledgements that came when the lease was over. */
  late = 0
  readonly #engines: readonly QueueEngine[]
  readonly #name: string
  readonly #options: LoadOptions
  readonly #ended = new AbortController()
  #isSending = true
  #lastArrivalMs = 0

  constructor(engines: readonly QueueEngine[], name: string, options: LoadOptions) {
    this.#engines = engines
    this.#name = name
    this.#options = options
    this.arrivals = new Arrivals(options.producers)
  }

  get isDraining(): boolean {
    return !this.#isSending
  }

  /** Ends the sending. */
  stop(): void {
    this.#isSending = false
  }

  /** Resolves when all have come, or what is missing will not. Rejects with what the queue fails with. */
  async run(): Promise<void> {
    const { producers, consumers, depth, durationMs } = this.#options
    const timer = setTimeout(() => this.stop(), durationMs)
    const senders = Array.from({ length: producers * depth }, (_, i) => this.#produce(i % producers))
    const receivers = Array.from({ length: consumers }, (_, i) => this.#consume(this.#engineOf(i)))
    const work = Promise.all([...senders, ...receivers])
    try {
      await Promise.race([work, Promise.all(senders).then(() => this.#drained())])
      this.#ended.abort()
      await work
    } finally {
      clearTimeout(timer)
      this.stop()
      this.#ended.abort()
      await Promise.allSettled([...senders, ...receivers])
    }
  }

  #engineOf(i: number): QueueEngine {
    return this.#engines[i % this.#engines.length] as QueueEngine
  }

  async #produce(producer: number): Promise<void> {
    const engine = this.#engineOf(producer)
    while (this.#isSending) {
      const number = this.arrivals.next(producer)
      const startMs = performance.now()
      try {
        await engine.send(this.#name, stamp(this.#options.sizeBytes, { producer, number, startMs }), {
          signal: this.#ended.signal,
        })
        this.arrivals.sent(producer, number)
        this.sendMs.add(performance.now() - startMs)
      } catch (error) {
        if (this.#ended.signal.aborted) return
        if (codeOf(error) !== 'unknown') throw error
        this.unknown++
      }
    }
  }

  async #consume(engine: QueueEngine): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      const messages = await engine
        .receive(this.#name, { max: this.#options.depth, signal })
        .catch((error: unknown) => {
          if (signal.aborted) return []
          throw error
        })
      this.#lastArrivalMs = performance.now()
      for (const { body } of messages) {
        const { producer, number, startMs } = stampOf(body)
        this.arrivals.arrived(producer, number)
        this.arriveMs.add(this.#lastArrivalMs - startMs)
      }
      const outcomes = await Promise.all(messages.map(({ lease }) => engine.ack(lease)))
      this.acked += outcomes.filter((outcome) => outcome === 'acked').length
      this.late += outcomes.filter((outcome) => outcome !== 'acked').length
    }
  }

  async #drained(): Promise<void> {
    this.#lastArrivalMs = performance.now()
    while (this.arrivals.missing > 0 && performance.now() - this.#lastArrivalMs < STALLED_MS) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
