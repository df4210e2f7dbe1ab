import { checkCount, checkWaitOptions, refusal, WAIT_OPTIONS, type WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Codec } from '@millrace/ring/codec'
import type { Held, PriorityPoolStats } from '../api.ts'
import { DrainIterator } from '../drain-iterator.ts'
import { checkItem, checkItemOptions, checkItems, none } from '../options.ts'
import type { AttachedPriorityPool, SharedPriorityPoolHandle } from './api.ts'
import { AnswerCall, TakeCall, type Taken } from './calls.ts'
import { Line } from './line.ts'
import { type SubmitOptions, submitMany, submitOne } from './submits.ts'

/** An end of a shared priority pool. Contract: `AttachedPriorityPool`. */
export class AttachedPool<T extends Value> implements AttachedPriorityPool<T> {
  readonly capacity: number
  readonly #line: Line<T>

  constructor(handle: SharedPriorityPoolHandle<T>, codec: Codec<T>) {
    this.capacity = handle.capacity
    this.#line = new Line(handle, codec)
  }

  submit(item: T, options: SubmitOptions = none): Promise<'submitted' | 'replaced' | 'duplicate'> {
    checkItem(item, options)
    return refusal(options) ?? submitOne(this.#line, item, options)
  }

  submitMany(items: Iterable<T>, options: SubmitOptions = none): Promise<number> {
    checkItems(items)
    checkItemOptions('submitMany', options)
    checkWaitOptions(options)
    return submitMany(this.#line, items, options)
  }

  drain(n: number, options?: WaitOptions): Promise<T[]> {
    checkCount('n', n, MOST)
    return refusal(options, WAIT_OPTIONS) ?? this.#drain(n, options)
  }

  hold(n: number, options?: WaitOptions): Promise<Held<T>> {
    checkCount('n', n, MOST)
    return refusal(options, WAIT_OPTIONS) ?? this.#hold(n, options)
  }

  async stats(): Promise<PriorityPoolStats> {
    const { text } = await this.#answer('stats')
    return JSON.parse(text as string)
  }

  async close(): Promise<void> {
    if (this.#line.loss !== 'ended') await this.#answer('close')
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return new DrainIterator((signal) => this.drain(1, { signal }))
  }

  [Symbol.dispose](): void {
    this.#line.leave()
  }

  async #drain(n: number, options: WaitOptions | undefined): Promise<T[]> {
    const { items, settle } = await this.#take(n, options)
    await settle('release')
    return items
  }

  async #hold(n: number, options: WaitOptions | undefined): Promise<Held<T>> {
    const { items, priorities, settle } = await this.#take(n, options)
    let isSettled = false
    const once = (how: 'release' | 'putBack') => (): void => {
      if (!isSettled) void settle(how)
      isSettled = true
    }
    const putBack = once('putBack')
    return { items, priorities, release: once('release'), putBack, [Symbol.dispose]: putBack }
  }

  async #take(n: number, options: WaitOptions | undefined): Promise<Taken<T> & { settle: Settle }> {
    const call = new TakeCall<T>((kind) => void this.#line.ask(kind, id))
    const id = this.#line.open(call)
    if (options?.signal !== undefined) call.limit({ signal: options.signal })
    void this.#line.ask('drain', id, { n, timeoutMs: options?.timeoutMs })
    const taken = await call.promise
    // Of nothing there is nothing to settle.
    return { ...taken, settle: (how) => (taken.items.length > 0 ? this.#line.ask(how, id) : undefined) }
  }

  #answer(kind: 'stats' | 'close'): AnswerCall<T>['promise'] {
    const call = new AnswerCall<T>()
    void this.#line.ask(kind, this.#line.open(call))
    return call.promise
  }
}

type Settle = (how: 'release' | 'putBack') => Promise<void> | undefined

/** The largest number that a request has room for. */
const MOST = 2 ** 31 - 1
