import type { Outcome, PoolTask, TaskBody } from '../task.ts'
import type { TaskContext } from '../thread/context.ts'

/**
 * One run of a function, and what it is told of itself. Its signal is made when somebody looks at it.
 *
 * INVARIANT  ended once, when what the function returned has settled; a run that was cancelled before that is cancelled,
 *            whatever it comes to.
 */
export class FunctionRun implements TaskContext {
  readonly task: PoolTask
  stopTimer: (() => void) | undefined
  /** Whether it works through items, and is between two of them. */
  isBetweenItems = false
  #controller: AbortController | undefined
  #cancelled: { readonly reason: unknown } | undefined

  constructor(task: PoolTask) {
    this.task = task
  }

  get id(): number {
    return this.task.id
  }

  get name(): string {
    return this.task.name
  }

  get attempt(): number {
    return this.task.attempt
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#cancelled !== undefined) this.#controller.abort(this.#cancelled.reason)
    }
    return this.#controller.signal
  }

  /** Whether it has ended or was left alone. */
  get isOver(): boolean {
    return this.task.run !== this
  }

  /** Whether it was told to stop. */
  get isCancelled(): boolean {
    return this.#cancelled !== undefined
  }

  /** Calls the function, and back when it has ended. */
  start(onEnded: (run: FunctionRun, outcome: Outcome) => void): void {
    let value: unknown
    try {
      value = (this.task.work as TaskBody)(this)
      // Also what the result itself throws when it is looked at is a failure of the function.
      if (isThenable(value)) {
        Promise.resolve(value).then(
          (settled) => this.#end({ state: 'done', value: settled }, onEnded),
          (error: unknown) => this.#end({ state: 'failed', error }, onEnded),
        )
        return
      }
    } catch (error) {
      this.#end({ state: 'failed', error }, onEnded)
      return
    }
    this.#end({ state: 'done', value }, onEnded)
  }

  /** Tells the function to stop. The first reason counts. */
  cancel(reason: unknown): void {
    if (this.#cancelled !== undefined || this.isOver) return
    this.#cancelled = { reason }
    this.#controller?.abort(reason)
  }

  #end(outcome: Outcome, onEnded: (run: FunctionRun, outcome: Outcome) => void): void {
    this.stopTimer?.()
    onEnded(this, this.#cancelled === undefined ? outcome : { state: 'cancelled', error: this.#cancelled.reason })
  }
}

/** Whether a result is still to come. */
export function isThenable<R>(result: R | PromiseLike<R>): result is PromiseLike<R> {
  if (typeof result !== 'object' && typeof result !== 'function') return false
  return result !== null && 'then' in result
}
