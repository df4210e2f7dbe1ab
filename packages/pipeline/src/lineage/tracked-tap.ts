/** Where the items of a run come in that are tracked. */
import { END, type OpenTap, type Tap } from '../taps.ts'
import { isObject, isThenable } from '../thenable.ts'
import { turned } from '../turn.ts'
import type { Ledger } from './ledger.ts'
import type { Lineage } from './lineage.ts'
import { type Cursor, Positions } from './positions.ts'

/** So many items are passed over before the event loop has its turn. */
const SKIPPED_AT_ONCE = 1_000

/** A source whose items are tracked, without those that `resume` says are processed. */
export function trackedTap(
  open: OpenTap,
  lineage: Lineage,
  ledger: Ledger | undefined,
  resume: Cursor | undefined,
): OpenTap {
  return (signal) => {
    const tap = new TrackedTap(open(signal), signal, lineage, ledger, new Positions(resume))
    return tap.asTap()
  }
}

class TrackedTap {
  readonly #tap: Tap
  readonly #signal: AbortSignal
  readonly #lineage: Lineage
  readonly #ledger: Ledger | undefined
  readonly #processed: Positions
  #position = 0
  #isClosed = false
  readonly #closed = Promise.withResolvers<typeof END>()

  constructor(tap: Tap, signal: AbortSignal, lineage: Lineage, ledger: Ledger | undefined, processed: Positions) {
    this.#tap = tap
    this.#signal = signal
    this.#lineage = lineage
    this.#ledger = ledger
    this.#processed = processed
  }

  asTap(): Tap {
    return { isPrompt: this.#tap.isPrompt, next: () => this.#nextWithRoom(), return: () => this.#close() }
  }

  /** Nothing is read any more, whatever is waited for now. */
  #close(): unknown {
    this.#isClosed = true
    this.#closed.resolve(END)
    return this.#tap.return?.()
  }

  #nextWithRoom(): unknown {
    const room = this.#ledger?.room()
    return room === undefined ? this.#next() : room.then(() => this.#next())
  }

  /** An answer that is there at once is given at once, unless many are passed over. */
  #next(): unknown {
    for (let skipped = 0; skipped < SKIPPED_AT_ONCE; skipped++) {
      // The end at once would say that it has ended by itself, and need not be closed.
      if (this.#signal.aborted) return this.#closed.promise
      const askedMs = this.#lineage.log?.nowMs ?? 0
      const answer = this.#tap.next()
      if (isThenable(answer)) return this.#nextOf(answer, askedMs)
      if (!this.#isProcessed(answer)) return this.#enter(answer, askedMs)
    }
    return turned().then(() => this.#next())
  }

  async #nextOf(answer: PromiseLike<unknown>, askedMs: number): Promise<unknown> {
    let result = await answer
    for (let skipped = 1; this.#isProcessed(result); skipped++) {
      if (skipped % SKIPPED_AT_ONCE === 0) await turned()
      if (this.#signal.aborted) return this.#closed.promise
      result = await this.#tap.next()
    }
    if (this.#isClosed) return this.#late(result)
    return this.#enter(result, askedMs)
  }

  /** The run has ended meanwhile: nobody wants the item, if it is one. */
  #late(answer: unknown): unknown {
    const { done, value } = Object(answer) as IteratorResult<unknown>
    if (!done && value !== undefined) this.#ledger?.late(value)
    return END
  }

  /** Counts the item, if it is one. */
  #isProcessed(answer: unknown): boolean {
    if (!isObject(answer) || (answer as IteratorResult<unknown>).done) return false
    return this.#processed.has(this.#position++)
  }

  /** What is no item is left to the source to complain of. */
  #enter(answer: unknown, askedMs: number): unknown {
    if (!isObject(answer)) return answer
    const { done, value } = answer as IteratorResult<unknown>
    if (done || value === undefined) return answer
    const item = this.#lineage.enter(value, this.#position - 1)
    this.#lineage.log?.came(item.id, askedMs)
    return { done: false, value: item }
  }
}
