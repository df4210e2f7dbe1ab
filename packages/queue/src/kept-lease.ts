import { startTimer } from '@millrace/notify'
import type { LeaseOutcome, Message, QueueEngine } from './api.ts'
import { isPassing } from './errors.ts'

/** How long a message waits that was not processed. */
export interface RetryDelay {
  /** After the first delivery, in milliseconds; 1,000 if not given. Doubled with each. */
  readonly retryDelayMs?: number | undefined
  /** No delay is longer; 60,000 if not given. */
  readonly maxRetryDelayMs?: number | undefined
}

/** How long this one waits. */
export function retryDelayMs(
  { deliveries }: Message,
  { retryDelayMs: first = 1_000, maxRetryDelayMs = 60_000 }: RetryDelay,
): number {
  return Math.min(maxRetryDelayMs, first * 2 ** Math.min(deliveries - 1, 50))
}

/** After so long it is asked again what a network lost. */
const AGAIN_MS = 1_000

/**
 * The lease of a message that is worked on. It is extended whenever half of it is over.
 *
 * INVARIANT  after `end` it is not extended any more. A message that was received without a lease has nothing to keep, and nothing to give back.
 */
export class KeptLease {
  readonly #engine: QueueEngine
  readonly #message: Message
  readonly #leaseMs: number
  readonly #controller = new AbortController()
  readonly #cutting: AbortSignal | undefined
  readonly #onCut = (): void => this.#controller.abort(this.#cutting?.reason)
  #cancel: () => void = () => {}
  #isOver = false

  /** `cutting` aborts when the work is to be stopped at once. */
  constructor(engine: QueueEngine, message: Message, leaseMs: number, cutting?: AbortSignal) {
    this.#engine = engine
    this.#message = message
    this.#leaseMs = leaseMs
    this.#cutting = cutting
    cutting?.addEventListener('abort', this.#onCut)
    if (cutting?.aborted) this.#onCut()
    if (message.lease !== '') this.#keep()
  }

  /** Aborts when the lease is lost, or the work is to be stopped. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether the work was to be stopped. */
  get isCut(): boolean {
    return this.#cutting?.aborted === true
  }

  /** The work is over. */
  end(): void {
    this.#isOver = true
    this.#cancel()
    this.#cutting?.removeEventListener('abort', this.#onCut)
  }

  async acknowledge(): Promise<void> {
    if (this.#message.lease !== '') await this.#engine.ack(this.#message.lease)
  }

  async giveBack(delayMs: number): Promise<void> {
    if (this.#message.lease !== '') await this.#engine.nack(this.#message.lease, { delayMs })
  }

  /** Asks for more when half of it is over, and again soon if a network loses that. By its end it is lost, unless the engine has said that it holds. */
  #keep(): void {
    const endMs = performance.now() + this.#leaseMs
    const stopEnd = startTimer(this.#leaseMs, () => this.#lose('is over'))
    let stopAsking = startTimer(this.#leaseMs / 2, () => void ask())
    const ask = async (): Promise<void> => {
      const outcome = await this.#extend()
      if (this.#isOver || this.signal.aborted) return
      if (outcome === 'passing') {
        stopAsking = startTimer(Math.max(0, Math.min(AGAIN_MS, (endMs - performance.now()) / 2)), () => void ask())
        return
      }
      this.#cancel()
      if (outcome === 'held') this.#keep()
      else this.#lose('was lost')
    }
    this.#cancel = () => {
      stopEnd()
      stopAsking()
    }
  }

  async #extend(): Promise<LeaseOutcome | 'passing'> {
    try {
      return await this.#engine.extend(this.#message.lease, this.#leaseMs)
    } catch (error) {
      if (isPassing(error)) return 'passing'
      if (!this.#isOver) this.#controller.abort(error)
      return 'missing'
    }
  }

  #lose(how: string): void {
    this.#cancel()
    this.#controller.abort(new Error(`the lease of message ${this.#message.id} ${how}`))
  }
}
