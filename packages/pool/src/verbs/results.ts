import { rejectInTurn, resolveInTurn } from '@millrace/notify'
import type { Items, ResultStream } from '../api.ts'
import type { OnWait, PoolTask } from '../task.ts'
import { Source } from './items.ts'

/** Submits the task of an item; `onWait` hears of one that has to wait for a place. */
export type SubmitItem<T> = (item: T, index: number, onWait: OnWait) => PoolTask | Promise<PoolTask>

/** How items become results. */
export interface ResultPlan<T> {
  readonly items: Items<T>
  /** Submits the task of an item. */
  readonly submit: SubmitItem<T>
  readonly concurrency: number
  /** So many results may be there. */
  readonly ahead: number
  readonly ordered: boolean
  /** Ends all of it. Tasks have it too. */
  readonly signal: AbortSignal | undefined
}

interface Slot<R> {
  readonly value: R
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

/**
 * The results of a task for each item.
 *
 *     next item ──▶ submitted ──▶ running ──▶ here ──▶ next()
 *          ▲ while fewer than `concurrency` run, and fewer than `ahead` more are here
 *
 * INVARIANT  submitted − taken <= concurrency + ahead, and items are read one at a time.
 * INVARIANT  after a failure, or when it is left, nothing is read or submitted any more; what runs is cancelled, and the failure is
 *            told when that has ended. Results that were before it are told first.
 */
export class Results<T, R> implements ResultStream<R> {
  readonly #plan: ResultPlan<T>
  readonly #source: Source<T>
  readonly #running = new Set<PoolTask>()
  /** The task that waits for a place, if one does. */
  #unaccepted: PoolTask | undefined
  /** Ends the wait for the next item, while there is one. */
  #stopReading: (() => void) | undefined
  /** Results that are here, by their place; `#next` is the place of the one that is next. */
  readonly #here = new Map<number, Slot<R>>()
  readonly #waiting: PromiseWithResolvers<IteratorResult<R, undefined>>[] = []
  #next = 0
  #placed = 0
  #read = 0
  #isReading = false
  #isLeft = false
  #failure: { readonly error: unknown } | undefined
  #ended: PromiseWithResolvers<void> | undefined

  constructor(plan: ResultPlan<T>) {
    this.#plan = plan
    this.#source = new Source(plan.items)
  }

  next(): Promise<IteratorResult<R, undefined>> {
    const slot = this.#here.get(this.#next)
    if (slot !== undefined) {
      this.#here.delete(this.#next++)
      void this.#pump()
      return resolveInTurn({ done: false, value: slot.value })
    }
    if (this.#isLeft) return resolveInTurn(END)
    if (this.#isOver && this.#waiting.length === 0) return this.#tellEnd()
    const waiting = Promise.withResolvers<IteratorResult<R, undefined>>()
    this.#waiting.push(waiting)
    void this.#pump()
    return waiting.promise
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#isLeft) {
      this.#isLeft = true
      this.#here.clear()
      for (const waiting of this.#waiting.splice(0)) waiting.resolve(END)
      this.#stop(new DOMException('the results are wanted no more', 'AbortError'))
    }
    await this.#quiet()
    return END
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  get #isStopped(): boolean {
    return this.#isLeft || this.#failure !== undefined
  }

  /** Whether no result is to come any more. */
  get #isOver(): boolean {
    return (this.#source.isOver || this.#isStopped) && this.#running.size === 0 && !this.#isReading
  }

  async #pump(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#hasRoom()) {
        const read = this.#source.next()
        const step = read instanceof Promise ? await this.#whileWanted(read) : read
        if (step === undefined || this.#isStopped) break
        const accepted = this.#plan.submit(step.value, this.#read, this.#onWait)
        const index = this.#read++
        const task = accepted instanceof Promise ? await accepted : accepted
        this.#unaccepted = undefined
        this.#running.add(task)
        task.result.then(
          (result) => this.#came(task, index, result as R),
          (error) => this.#failed(task, error),
        )
        if (this.#isStopped) task.cancel(this.#failure?.error)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#isReading = false
    this.#rest()
  }

  readonly #onWait: OnWait = (task) => {
    this.#unaccepted = task
  }

  /** What was read, or undefined as soon as nothing is wanted any more: the source may take for ever. */
  async #whileWanted<S>(read: Promise<S>): Promise<S | undefined> {
    const { signal } = this.#plan
    const { promise, resolve, reject } = Promise.withResolvers<S | undefined>()
    const onAbort = (): void => this.#fail(signal?.reason)
    this.#stopReading = () => resolve(undefined)
    read.then(resolve, reject)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    try {
      return await promise
    } finally {
      this.#stopReading = undefined
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #hasRoom(): boolean {
    const { concurrency, ahead } = this.#plan
    if (this.#source.isOver || this.#isStopped) return false
    return this.#running.size < concurrency && this.#running.size + this.#here.size < concurrency + ahead
  }

  #came(task: PoolTask, index: number, value: R): void {
    this.#running.delete(task)
    if (!this.#isLeft) this.#here.set(this.#plan.ordered ? index : this.#placed++, { value })
    this.#serve()
    void this.#pump()
  }

  #failed(task: PoolTask, error: unknown): void {
    this.#running.delete(task)
    this.#fail(error)
    this.#rest()
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return
    this.#failure = { error }
    this.#stop(error)
  }

  /** Reads and submits nothing more, and has what runs end. */
  #stop(reason: unknown): void {
    this.#stopReading?.()
    // First: the end of another would admit it.
    this.#unaccepted?.cancel(reason)
    for (const task of [...this.#running].reverse()) task.cancel(reason)
    this.#source.leave()
  }

  #serve(): void {
    for (let slot = this.#here.get(this.#next); slot !== undefined; slot = this.#here.get(this.#next)) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) return
      this.#here.delete(this.#next++)
      waiting.resolve({ done: false, value: slot.value })
    }
  }

  #rest(): void {
    if (!this.#isOver) return
    this.#ended?.resolve()
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) {
      if (this.#failure === undefined) waiting.resolve(END)
      else waiting.reject(this.#failure.error)
      this.#isLeft = true
    }
    for (const late of this.#waiting.splice(0)) late.resolve(END)
  }

  /** The failure, once; then the end. */
  #tellEnd(): Promise<IteratorResult<R, undefined>> {
    this.#isLeft = true
    return this.#failure === undefined ? resolveInTurn(END) : rejectInTurn(this.#failure.error)
  }

  async #quiet(): Promise<void> {
    if (this.#running.size === 0 && !this.#isReading) return
    this.#ended ??= Promise.withResolvers<void>()
    await this.#ended.promise
  }
}
