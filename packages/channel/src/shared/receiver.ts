import {
  checkCount,
  checkWaitOptions,
  refusal,
  rejectInTurn,
  resolveInTurn,
  show,
  TimeoutError,
  WAIT_OPTIONS,
  type WaitOptions,
} from '@millrace/notify'
import type { Value } from '@millrace/ring'
import { ChannelReceiver } from '../endpoint/receiver.ts'
import type { BlockOptions, SharedReceiver, WordArray } from './api.ts'
import { checkBlockOptions } from './block-options.ts'
import type { SharedChannel } from './channel.ts'
import { ReceiveInto } from './receive-into.ts'

/** Of the codecs whose values are numbers, the array they are elements of. */
const ARRAYS: ReadonlyMap<string, string> = new Map([
  ['u32', 'Uint32Array'],
  ['i32', 'Int32Array'],
  ['f64', 'Float64Array'],
])

/** The receiving end of a shared channel. Contract and costs: `SharedReceiver`. */
export class SharedChannelReceiver<T extends Value> extends ChannelReceiver<T> implements SharedReceiver<T> {
  /** The channel, for other receivers of it. */
  protected readonly shared: SharedChannel<T>

  constructor(channel: SharedChannel<T>) {
    super(channel)
    this.shared = channel
  }

  /** A value that cannot be decoded rejects its receive. */
  override receive(options?: WaitOptions): Promise<T | undefined> {
    if (options !== undefined) checkWaitOptions(options, WAIT_OPTIONS)
    try {
      return super.receive(options)
    } catch (error) {
      return rejectInTurn(error)
    }
  }

  override receiveMany(max: number, options?: WaitOptions): Promise<T[]> {
    checkCount('max', max)
    if (options !== undefined) checkWaitOptions(options, WAIT_OPTIONS)
    try {
      return super.receiveMany(max, options)
    } catch (error) {
      return rejectInTurn(error)
    }
  }

  receiveSync(options?: BlockOptions): T | undefined {
    const value = this.#tries(options) ? this.shared.takeNow() : undefined
    return value === undefined ? this.#blockForOne(options) : value
  }

  receiveManySync(max: number, options?: BlockOptions): T[] {
    checkCount('max', max)
    const received = this.#block(() => {
      const values = this.shared.takeManyNow(max)
      return values.length > 0 ? values : undefined
    }, options)
    return received ?? []
  }

  tryReceiveInto(array: WordArray): number {
    this.#checkInto(array)
    return this.disposed ? 0 : this.shared.takeInto(array)
  }

  receiveInto(array: WordArray, options?: WaitOptions): Promise<number> {
    try {
      this.#checkInto(array)
      const refused = refusal(options, WAIT_OPTIONS)
      if (refused !== undefined) return refused
      const taken = this.disposed ? 0 : this.shared.takeInto(array)
      if (taken > 0 || array.length === 0) return resolveInTurn(taken)
      return this.wait(new ReceiveInto<T>(this, array, this.shared.store), options).promise
    } catch (error) {
      return rejectInTurn(error)
    }
  }

  receiveIntoSync(array: WordArray, options?: BlockOptions): number {
    this.#checkInto(array)
    checkBlockOptions(options)
    if (array.length === 0) return 0
    return this.#block(() => this.shared.store.popInto(array) || undefined, options) ?? 0
  }

  tryBorrow<R>(read: (bytes: Uint8Array) => R): { readonly value: R } | undefined {
    this.#checkRead(read)
    return this.disposed ? undefined : this.shared.lend(read)
  }

  borrowSync<R>(read: (bytes: Uint8Array) => R, options?: BlockOptions): { readonly value: R } | undefined {
    this.#checkRead(read)
    const lent = this.#tries(options) ? this.shared.store.borrow(read) : undefined
    return lent === undefined ? this.#blockToBorrow(read, options) : lent
  }

  /** Whether it may be tried without blocking first, which spares what blocking allocates. */
  #tries(options: BlockOptions | undefined): boolean {
    checkBlockOptions(options)
    return !this.disposed
  }

  #blockForOne(options: BlockOptions | undefined): T | undefined {
    return this.#block(() => this.shared.takeNow(), options)
  }

  #blockToBorrow<R>(
    read: (bytes: Uint8Array) => R,
    options: BlockOptions | undefined,
  ): { readonly value: R } | undefined {
    return this.#block(() => this.shared.store.borrow(read), options)
  }

  /** What `attempt` answers as soon as that is not `undefined`; `undefined` once the channel is closed and drained. */
  #block<R>(attempt: () => R | undefined, options: BlockOptions = {}): R | undefined {
    checkBlockOptions(options)
    if (this.disposed) return undefined
    let result: R | undefined
    const isOver = this.shared.receiverBlocker.until(() => {
      result = attempt()
      return result !== undefined || this.shared.store.isDrained
    }, options.timeoutMs)
    if (!isOver) throw new TimeoutError(options.timeoutMs as number)
    const { error } = this.shared.lifecycle
    if (result === undefined && error !== undefined) throw error
    return result
  }

  /** Whether values of this channel can be elements of the array, before any is taken. */
  #checkInto(array: WordArray): void {
    const { codec } = this.shared.lifecycle
    const kind = ARRAYS.get(codec)
    if (kind === undefined)
      throw new TypeError(`array: expected a channel of u32, i32 or f64, this one carries ${codec}`)
    const given = array?.[Symbol.toStringTag]
    // In doubles every number is what it was.
    if (given === kind || given === 'Float64Array') return
    const either = kind === 'Float64Array' ? '' : `${kind} or `
    throw new TypeError(`array: expected ${either}Float64Array, got ${given ?? show(array)}`)
  }

  #checkRead(read: unknown): void {
    if (typeof read !== 'function') throw new TypeError(`read: expected a function, got ${show(read)}`)
  }
}
