import { resolveInTurn } from '@millrace/notify'
import type { Ending, Side } from '../endpoint/core.ts'

/**
 * Who is left on either side of a channel, and how it closed.
 *
 *     open ── sender.close, last sender disposed ──▶ closed ──▶ drained
 *       └──── receiver.close, last receiver disposed ──▶ closed, and permits are worth nothing
 *
 * INVARIANT  `closed` never goes back, and only the first close leaves an error.
 * INVARIANT  `refuses` once the receiving side closed, before or after the sending side did.
 */
export class Lifecycle implements Ending {
  readonly endpoints: Record<Side, number> = { sender: 0, receiver: 0 }
  /** Nothing more is accepted, except from permits. */
  closed = false
  /** Nothing more is accepted, not even from permits. */
  refuses = false
  /** What receivers get after the last value; `undefined` for the plain end. */
  error: unknown
  #closing: PromiseWithResolvers<void> | undefined

  /** Closes, as one of the sides wants it. */
  close(side: Side, error: unknown): void {
    if (side === 'receiver') this.refuses = true
    if (this.closed) return
    this.closed = true
    this.error = error
    this.#closing?.resolve()
  }

  /** Resolves at the close. */
  whenClosed(): Promise<void> {
    if (this.closed) return resolveInTurn(undefined)
    this.#closing ??= Promise.withResolvers()
    return this.#closing.promise
  }
}
