import { rejectInTurn, resolveInTurn } from '@millrace/notify'
import type { PoolTask, Sink } from '../task.ts'
import { type BufferPlaces, unpack } from './buffers.ts'

/** What an item stream needs of its pool. */
export interface StreamSource {
  /** Submits the task that makes the items. */
  submit(sink: Sink, leave: AbortSignal): PoolTask | Promise<PoolTask>
  /** Lets the task make more items, or tells it that no more are wanted. */
  tell(task: PoolTask, message: 'enough' | number): void
  /** Waits so long for a task that was told `enough`. */
  readonly graceMs: number
}

/**
 * The items of a stream on the side of its consumer.
 *
 *     next ──▶ submit ──▶ items ──▶ next, next … ──▶ end of the task ──▶ done
 *                           └── return ──▶ enough ──▶ end of the task ──▶ done
 *
 * INVARIANT  either no item is here or nobody waits for one.
 * INVARIANT  items here + items on their way <= ahead.
 * INVARIANT  after the first `return`, or the end, every `next` is done.
 */
export class ItemStream<T> implements AsyncIterator<T, undefined>, AsyncIterable<T>, AsyncDisposable, Sink {
  readonly ahead: number
  readonly #source: StreamSource
  readonly #items: T[] = []
  readonly #waiting: PromiseWithResolvers<IteratorResult<T, undefined>>[] = []
  readonly #leave = new AbortController()
  #submitted: Promise<PoolTask> | undefined
  #task: PoolTask | undefined
  #ended: Promise<void> | undefined
  #failed: { readonly error: unknown } | undefined
  #left: Promise<void> | undefined
  #taken = 0
  #isOver = false

  constructor(source: StreamSource, ahead: number) {
    this.#source = source
    this.ahead = ahead
  }

  /** The next item; the first call submits the task. Several may wait at a time, and are served in order. */
  next(): Promise<IteratorResult<T, undefined>> {
    this.#begin()
    if (this.#items.length > 0) {
      const value = this.#items.shift() as T
      this.#took()
      return resolveInTurn({ done: false, value })
    }
    if (this.#failed !== undefined) {
      const { error } = this.#failed
      this.#failed = undefined
      return rejectInTurn(error)
    }
    if (this.#isOver) return resolveInTurn({ done: true, value: undefined })
    const waiting = Promise.withResolvers<IteratorResult<T, undefined>>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  /** Leaves the stream: its task is told to end, and has when this resolves. Rejects with what the task throws then, if that is not its abort. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#items.length = 0
    this.#failed = undefined
    if (!this.#isOver) this.#left = this.#leaveTask()
    await this.#left
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** `return`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** Items came from the thread. */
  take(values: readonly unknown[], buffers: BufferPlaces | undefined): void {
    if (this.#isOver) return
    for (const value of unpack(values, buffers)) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#items.push(value as T)
      else {
        this.#took()
        waiting.resolve({ done: false, value: value as T })
      }
    }
  }

  #begin(): void {
    if (this.#submitted !== undefined || this.#isOver) return
    this.#submitted = this.#submit()
    this.#submitted.catch((error) => this.#fail(error))
  }

  async #submit(): Promise<PoolTask> {
    const task = await this.#source.submit(this, this.#leave.signal)
    this.#task = task
    this.#ended = task.result.then(() => {})
    this.#ended.then(
      () => this.#over(),
      (error) => this.#fail(error),
    )
    return task
  }

  /** Half of what may be on its way is let go at a time: a message for each item costs as much as the item. */
  #took(): void {
    this.#taken++
    if (this.#task === undefined || this.#taken < this.ahead / 2) return
    this.#source.tell(this.#task, this.#taken)
    this.#taken = 0
  }

  async #leaveTask(): Promise<void> {
    this.#over()
    if (this.#task === undefined) this.#leave.abort(new DOMException('the consumer left the stream', 'AbortError'))
    else await this.#end(this.#task)
    await this.#submitted?.catch(() => {})
  }

  async #end(task: PoolTask): Promise<void> {
    this.#source.tell(task, 'enough')
    const timer = setTimeout(() => task.cancel(), this.#source.graceMs)
    try {
      await this.#ended
    } catch (error) {
      // A task that heeds its signal throws what it was told by.
      if (task.state === 'failed' && (error as Error | null)?.name !== 'AbortError') throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #over(): void {
    this.#isOver = true
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ done: true, value: undefined })
  }

  /** The first who asks for more than is here is told of the failure. */
  #fail(error: unknown): void {
    if (this.#isOver) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#failed = { error }
    else waiting.reject(error)
    this.#over()
  }
}
