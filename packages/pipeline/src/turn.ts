/** How long one run may keep the event loop before timers and sockets get their turn. */
const SLICE_MS = 1

/**
 * Keeps one run from starving the event loop.
 *
 * Functions that return at once, or promises that are ready, never leave the microtasks of one turn of the event loop. So
 * the run asks after each move, and rests until the next turn when it has worked for a millisecond in this one. It goes by
 * time and not by a count as a channel does, since a single call may take long.
 *
 *     turn of the event loop   ├── open ── work ── work ── over ──┤ rest ├── open ── …
 *
 * INVARIANT  while a turn is open, a callback that closes it is queued, before the one that ends the rest.
 */
export class Turn {
  /** When it has worked long enough in this turn; infinite while it has not begun to. */
  #endMs = Number.POSITIVE_INFINITY
  #resting = false
  readonly #onEnd: () => void
  readonly #close = (): void => {
    this.#endMs = Number.POSITIVE_INFINITY
    this.#onEnd()
  }

  /** Calls back when a turn in which the run has worked is over. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  /** Whether the run has given up control and is to be left alone until it resumes. */
  get resting(): boolean {
    return this.#resting
  }

  /** The run works, in this turn of the event loop. */
  open(nowMs: number): void {
    if (this.#endMs !== Number.POSITIVE_INFINITY) return
    this.#endMs = nowMs + SLICE_MS
    afterTurn(this.#close)
  }

  /** Whether the run has worked long enough in this turn of the event loop. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.#endMs
  }

  /** Rests until the event loop has turned, then calls `resume`. */
  rest(resume: () => void): void {
    this.#resting = true
    afterTurn(() => {
      this.#resting = false
      resume()
    })
  }
}

/** Calls back when the event loop has turned: `setImmediate`, or in browsers a message, which unlike a timer is not delayed. */
const afterTurn: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? setImmediate
    : (callback) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          port1.close()
          callback()
        }
        port2.postMessage(undefined)
      }

/** Resolves when the event loop has turned. */
export function turned(): Promise<void> {
  return new Promise((resolve) => afterTurn(resolve))
}
