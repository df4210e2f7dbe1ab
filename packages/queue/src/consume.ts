import { setImmediate as nextTurn } from 'node:timers/promises'
import { startTimer } from '@millrace/notify'
import type { ConsumeOptions, Consumer, Handler, Message, QueueEngine, QueueStats } from './api.ts'
import { isDamaged, isPassing } from './errors.ts'
import { KeptLease, retryDelayMs } from './kept-lease.ts'
import { checkMs, checkOptions } from './options.ts'

/** After so long it is asked again what a network did not let through, or for a message when one that cannot be read came again. */
const AGAIN_MS = 1_000

/** Has a handler work on the messages of a queue, by any engine. */
export function consume(
  engine: QueueEngine,
  name: string,
  handler: Handler,
  options: ConsumeOptions | undefined,
): Consumer {
  return new ActiveConsumer(engine, name, handler, options ?? {})
}

/**
 * As many loops as messages may be worked on at a time: receive, handle while the lease is extended, acknowledge or give back.
 *
 *     receiving ──▶ handling ──done──▶ ack
 *         ▲             └────failed──▶ nack, to be ready after a delay that grows
 *         └── until stopped ──────────┘
 *
 * INVARIANT  a lease is extended when half of it is over, until the handler has ended; the handler is told by its signal when it was lost.
 */
class ActiveConsumer implements Consumer {
  readonly done: Promise<void>
  readonly #engine: QueueEngine
  readonly #name: string
  readonly #handler: Handler
  readonly #options: ConsumeOptions
  /** Aborts the receives. */
  readonly #stopping = new AbortController()
  /** Aborts the handlers. */
  readonly #cutting = new AbortController()
  readonly #onAbort = (): void => void this.stop()
  /** Those that could not be read since the last that could. */
  readonly #damaged = new Recurrence()
  #running = 0
  #hasWarned = false

  constructor(engine: QueueEngine, name: string, handler: Handler, options: ConsumeOptions) {
    this.#engine = engine
    this.#name = name
    this.#handler = handler
    this.#options = options
    const { concurrency = 1, signal } = options
    signal?.addEventListener('abort', this.#onAbort)
    if (signal?.aborted) this.#stopping.abort()
    this.done = this.#all(Array.from({ length: concurrency }, () => this.#loop()))
  }

  get running(): number {
    return this.#running
  }

  async stop(options?: { readonly timeoutMs?: number | undefined }): Promise<void> {
    checkOptions('stop', options, ['timeoutMs'])
    checkMs('stop: timeoutMs', options?.timeoutMs)
    const timeoutMs = options?.timeoutMs
    this.#stopping.abort()
    const cancel = timeoutMs === undefined ? () => {} : startTimer(timeoutMs, () => this.#cutting.abort())
    try {
      await this.done
    } catch {
      // Told by `done`.
    } finally {
      cancel()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** The first loop that fails stops the others. */
  async #all(loops: readonly Promise<void>[]): Promise<void> {
    try {
      await Promise.all(loops)
    } catch (error) {
      this.#stopping.abort()
      await Promise.allSettled(loops)
      throw error
    } finally {
      this.#options.signal?.removeEventListener('abort', this.#onAbort)
    }
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping
    const stats = (): Promise<QueueStats> => this.#engine.stats(this.#name)
    const leaseMs = this.#options.leaseMs ?? (await this.#patiently(stats))?.leaseMs ?? 0
    const receive = (): Promise<Message[]> =>
      this.#engine.receive(this.#name, { leaseMs: this.#options.leaseMs, signal })
    while (!signal.aborted) {
      for (const message of (await this.#patiently(receive)) ?? []) {
        this.#damaged.clear()
        await this.#handle(message, leaseMs)
      }
    }
  }

  /**
   * What an engine answers, in the end: what a network does not let through is asked again after a while, and what comes after a message that cannot
   * be read at once, until one of these comes again: so they hold up the others as little as can be. Undefined if it is to stop.
   */
  async #patiently<R>(ask: () => Promise<R>): Promise<R | undefined> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        return await ask()
      } catch (error) {
        if (signal.aborted && error === signal.reason) return undefined
        if (isDamaged(error)) {
          this.#warn(error)
          if (!this.#damaged.isAgain(error.message)) {
            await nextTurn()
            continue
          }
          this.#damaged.clear()
        } else if (!isPassing(error)) throw error
      }
      await pause(AGAIN_MS, signal)
    }
    return undefined
  }

  async #handle(message: Message, leaseMs: number): Promise<void> {
    this.#running++
    const lease = new KeptLease(this.#engine, message, leaseMs, this.#cutting.signal)
    let failed: { readonly error: unknown } | undefined
    try {
      await this.#handler(message, { signal: lease.signal })
    } catch (error) {
      failed = { error }
    } finally {
      lease.end()
      this.#running--
    }
    if (failed === undefined) await this.#settle(message, () => lease.acknowledge())
    else {
      await this.#settle(message, () => lease.giveBack(lease.isCut ? 0 : retryDelayMs(message, this.#options)))
      this.#tell(failed.error, message)
    }
  }

  /** A network that fails is told of, and passes: the message comes again when its lease is over. */
  async #settle(message: Message, settle: () => Promise<void>): Promise<void> {
    try {
      await settle()
    } catch (error) {
      if (!isPassing(error)) throw error
      this.#tell(error, message)
    }
  }

  #tell(error: unknown, message: Message): void {
    const { onError } = this.#options
    if (onError !== undefined) onError(error, message)
    else this.#warn(error)
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(`queue ${this.#name}: a message was not processed, and comes again: ${reasonOf(error)}`, {
      detail: 'consume(…, { onError }) is told of what handlers throw; of other failures of this consumer nobody is.',
    })
  }
}

/**
 * Finds out that things come in a circle, and keeps one of them: the first, then the second, the fourth, the eighth, … So a circle is found before it
 * has been gone round three times, and each thing has come before that is said to.
 */
class Recurrence {
  #count = 0
  #kept: string | undefined

  /** Takes the next, and tells whether it is the one that is kept. */
  isAgain(next: string): boolean {
    if (next === this.#kept) return true
    this.#count++
    if (Number.isInteger(Math.log2(this.#count))) this.#kept = next
    return false
  }

  /** Begins anew. */
  clear(): void {
    this.#count = 0
    this.#kept = undefined
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Resolves after so long, or when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const stop = startTimer(ms, end)
    signal.addEventListener('abort', end)
  })
}
