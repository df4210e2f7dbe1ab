import {
  checkCount,
  checkWaitOptions,
  refusal,
  rejectInTurn,
  resolveInTurn,
  WAIT_OPTIONS,
  WaitList,
  type WaitOptions,
} from '@millrace/notify'
import { PoolError } from '../errors.ts'
import type {
  Held,
  ItemOptions,
  PriorityPool,
  PriorityPoolOptions,
  PriorityPoolStats,
  SubmitOutcome,
  Ticket,
} from './api.ts'
import { DrainIterator } from './drain-iterator.ts'
import { Entry } from './entry.ts'
import { HeldEntries } from './held.ts'
import { checkItem, checkItemOptions, checkItems, checkPool, none } from './options.ts'
import { Stock, type Told } from './stock.ts'
import { submitAll } from './submit-all.ts'
import { type DrainOwner, DrainWait, SubmitWait } from './waits.ts'

/** What somebody who builds on a pool does in addition. */
export interface PoolHooks<T> {
  /** Throws for an item that must not come in. */
  readonly check?: (item: T) => void
  /** The pool was closed. */
  readonly closed?: () => void
}

/**
 * The items and those who wait for them.
 *
 *     submit ──▶ waiting for room ── balance ──▶ stock ── balance ──▶ waiting for items ──▶ drain
 *
 * INVARIANT  after each call nobody waits who could be served: a submit while there is room, or the first drain while there is
 *            what it wants. Those of one kind are served in the order they began.
 * INVARIANT  the user's functions are called when everything is in order, so that they may call the pool.
 */
export class LocalPriorityPool<T> implements PriorityPool<T>, DrainOwner<T> {
  readonly #stock: Stock<T>
  readonly #overflow: 'wait' | 'reject' | 'evict-lowest'
  readonly #onEvict: PriorityPoolOptions<T>['onEvict']
  readonly #hooks: PoolHooks<T>
  readonly #submits = new WaitList<SubmitWait<T>>()
  readonly #drains = new WaitList<DrainWait<T>>()
  readonly #end = Promise.withResolvers<void>()
  #told: Told<T> = []
  #rejected = 0
  #isClosed = false
  #isBalancing = false

  constructor(options: PriorityPoolOptions<T>, hooks: PoolHooks<T> = none) {
    this.#stock = new Stock(options, () => this.#expire())
    this.#overflow = options.overflow ?? 'wait'
    this.#onEvict = options.onEvict
    this.#hooks = hooks
  }

  get capacity(): number {
    return this.#stock.capacity
  }

  get length(): number {
    this.#expire()
    return this.#stock.length
  }

  get free(): number {
    this.#expire()
    return this.#submits.length > 0 ? 0 : this.#stock.free
  }

  get closed(): boolean {
    return this.#isClosed
  }

  submit(item: T, options: ItemOptions & WaitOptions = none): Promise<Ticket<T>> {
    checkItem(item, options)
    const refused = options === none ? undefined : refusal(options)
    if (refused !== undefined) return refused
    const priority = this.#priorityOf(item, options)
    // Before it is looked whether the pool is closed: who is told of an item may close it.
    this.#expire()
    if (this.#isClosed) return rejectInTurn(closedError(item))
    const entry = this.#offer(item, priority, options)
    if (entry !== undefined) return resolveInTurn(entry)
    if (this.#overflow !== 'wait') return rejectInTurn(this.#full(item))
    const wait = new SubmitWait(item, priority, options)
    this.#submits.add(wait)
    wait.limit(options)
    return wait.promise
  }

  trySubmit(item: T, options: ItemOptions = none): SubmitOutcome {
    checkItem(item, options, 'trySubmit')
    const outcome = this.#put(item, options)
    if (outcome === 'full') this.#rejected++
    return outcome
  }

  submitMany(items: Iterable<T>, options: ItemOptions & WaitOptions = none): Promise<number> {
    checkItems(items)
    checkItemOptions('submitMany', options)
    checkWaitOptions(options)
    return submitAll(items, options, (item, left) => this.#enter(item, options, left))
  }

  drain(n: number, options?: WaitOptions): Promise<T[]> {
    return this.#drain(n, options, this.#takeItems) as Promise<T[]>
  }

  tryDrain(n: number): T[] {
    checkCount('n', n)
    this.#expire()
    return this.#takeItems(n)
  }

  tryTake(): T | undefined {
    this.#expire()
    const item = this.#stock.take('drained')
    if (item !== undefined) this.#madeRoom()
    return item
  }

  hold(n: number, options?: WaitOptions): Promise<Held<T>> {
    return this.#drain(n, options, this.#takeHeld) as Promise<Held<T>>
  }

  tryHold(n: number): Held<T> {
    checkCount('n', n)
    this.#expire()
    return this.#takeHeld(n)
  }

  peek(): T | undefined {
    this.#expire()
    return this.#stock.first()
  }

  remove(which: Ticket<T> | ((item: T, priority: number) => boolean)): T[] {
    this.#expire()
    let entries: Entry<T>[]
    if (typeof which === 'function') entries = this.#stock.remove(({ item, priority }) => which(item, priority))
    else if (!(which instanceof Entry) || which.stock !== this.#stock) {
      throw new TypeError('which: expected a ticket of this pool, or a function that picks items')
    } else if (which.state === 'queued') {
      this.#stock.removeOne(which)
      entries = [which]
    } else entries = []
    if (entries.length > 0) this.#madeRoom()
    return entries.map(({ item }) => item)
  }

  clear(): T[] {
    this.#expire()
    const items: T[] = []
    // Those that come in meanwhile are not meant.
    for (let left = this.#stock.length; left > 0; left--) items.push(this.#stock.take('removed') as T)
    if (items.length > 0) this.#madeRoom()
    return items
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const wait of this.#submits.takeWhere(() => true)) wait.fail(closedError(wait.item))
    this.#expire()
    this.#balance()
    this.#hooks.closed?.()
  }

  whenClosed(): Promise<void> {
    return this.#end.promise
  }

  stats(): PriorityPoolStats {
    this.#expire()
    const { capacity, length, held, counts } = this.#stock
    const [waitingSubmits, waitingDrains] = [this.#submits.length, this.#drains.length]
    return { capacity, length, held, waitingSubmits, waitingDrains, ...counts, rejected: this.#rejected }
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return new DrainIterator((signal) => this.drain(1, { signal }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.#end.promise
  }

  timeIsUp(wait: DrainWait<T>): void {
    this.#expire()
    // Who was told of an item may have submitted what this drain waited for.
    if (wait.list === undefined) return
    this.#drains.remove(wait)
    wait.wake(wait.take(wait.count))
    this.#balance()
  }

  gaveUp(): void {
    this.#balance()
  }

  #priorityOf(item: T, options: ItemOptions): number {
    this.#hooks.check?.(item)
    return this.#stock.priorityOf(item, options)
  }

  #offer(item: T, priority: number, options: ItemOptions): Entry<T> | undefined {
    const entry = this.#stock.offer(item, priority, options, this.#submits.length === 0, this.#told)
    if (this.#drains.length > 0) this.#balance()
    if (this.#told.length > 0) this.#tell()
    return entry
  }

  /** Puts an item in, without a ticket. */
  #put(item: T, options: ItemOptions): SubmitOutcome {
    const priority = this.#priorityOf(item, options)
    this.#expire()
    if (this.#isClosed) return 'closed'
    if (!this.#stock.isBare(options)) {
      const entry = this.#offer(item, priority, options)
      if (entry === undefined) return 'full'
      if (entry.state === 'duplicate') return 'duplicate'
      return entry.hasReplaced ? 'replaced' : 'submitted'
    }
    const isIn = this.#stock.offerBare(item, priority, this.#submits.length === 0)
    if (this.#drains.length > 0) this.#balance()
    return isIn ? 'submitted' : 'full'
  }

  /** Puts an item in; answers a promise if that has to wait. */
  #enter(item: T, options: ItemOptions, left: () => ItemOptions & WaitOptions): Promise<unknown> | undefined {
    checkItem(item, none)
    if (this.#isClosed) throw closedError(item)
    return this.#put(item, options) === 'full' ? this.submit(item, left()) : undefined
  }

  #drain(n: number, options: WaitOptions | undefined, take: (most: number) => unknown): Promise<unknown> {
    checkCount('n', n)
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    this.#expire()
    if ((this.#drains.length === 0 && this.#hasFor(n)) || options?.timeoutMs === 0) return resolveInTurn(take(n))
    const wait = new DrainWait<T>(n, take, this)
    this.#drains.add(wait)
    if (options !== undefined) wait.limitDrain(options)
    return wait.promise
  }

  /** Whether a drain of so many need not wait. */
  #hasFor(n: number): boolean {
    const { length, held, free } = this.#stock
    if (!this.#isClosed) return length >= n || (free === 0 && length > 0)
    // What is held may still come back.
    return length > 0 || held === 0
  }

  readonly #takeItems = (most: number): T[] => {
    const items: T[] = []
    for (let left = Math.min(most, this.#stock.length); left > 0; left--) {
      items.push(this.#stock.take('drained') as T)
    }
    if (items.length > 0) this.#madeRoom()
    return items
  }

  readonly #takeHeld = (most: number): Held<T> =>
    new HeldEntries(this.#stock.hold(most), this.#stock.hasPriorities, (entries, how) => {
      if (how === 'drained') this.#stock.release(entries)
      else this.#stock.putBack(entries, this.#told)
      this.#expire()
      this.#balance()
    })

  #madeRoom(): void {
    if (this.#submits.length > 0 || this.#isClosed) this.#balance()
  }

  /** Serves those who wait, as long as somebody can be. */
  #balance(): void {
    if (this.#isBalancing) return
    this.#isBalancing = true
    try {
      while (this.#serveDrain() || this.#admitSubmit());
    } finally {
      this.#isBalancing = false
    }
    if (this.#told.length > 0) this.#tell()
    const { length, held } = this.#stock
    if (this.#isClosed && length + held === 0) this.#end.resolve()
  }

  #serveDrain(): boolean {
    const wait = this.#drains.first
    if (wait === undefined || !this.#hasFor(wait.count)) return false
    this.#drains.remove(wait)
    wait.wake(wait.take(wait.count))
    return true
  }

  #admitSubmit(): boolean {
    const wait = this.#submits.first
    if (wait === undefined || this.#stock.free === 0) return false
    this.#submits.remove(wait)
    try {
      wait.wake(this.#stock.offer(wait.item, wait.priority, wait.options, true, this.#told) as Entry<T>)
    } catch (error) {
      // The user's function of the order threw.
      wait.fail(error)
    }
    return true
  }

  #expire(): void {
    if (!this.#stock.isTimed) return
    this.#stock.expire(this.#told)
    if (this.#told.length === 0) return
    this.#balance()
    this.#tell()
  }

  #tell(): void {
    if (this.#isBalancing) return
    const told = this.#told
    this.#told = []
    if (this.#onEvict === undefined) return
    for (const [{ item }, reason] of told) {
      try {
        this.#onEvict(item, reason)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  #full(item: T): PoolError {
    this.#rejected++
    return new PoolError('full', `the pool is full: it holds ${this.capacity} items`, { value: item })
  }
}

function closedError(item: unknown): PoolError {
  return new PoolError('closed', 'the pool is closed; the item is not in it', { value: item })
}

/**
 * Makes a pool of items that are drained by their priority.
 *
 * Throws `TypeError` or `RangeError` for a wrong option. There is a list for each integer priority from 0 to 1,023, and a 4-ary heap for
 * other ones. Items that came without tickets (`trySubmit`, `submitMany`) are all in a sequence heap (P. Sanders) from the first on that
 * has no list: that one call moves them, which takes a tenth of a second for a million. `structure` decides beforehand; `compare` has a
 * heap of its own. `priority`, `compare` and `onEvict` are called in the calls that need them; `compare` must not throw.
 *
 * @example
 * const pool = priorityPool<string>({ capacity: 100 })
 * await pool.submit('later')
 * await pool.submit('sooner', { priority: 5 })
 * await pool.drain(2) // => ['sooner', 'later']
 *
 * await pool.drain(10, { timeoutMs: 5 }) // => []
 */
export function priorityPool<T extends NonNullable<unknown> | null>(options: PriorityPoolOptions<T>): PriorityPool<T> {
  checkPool(options)
  return new LocalPriorityPool<T>(options)
}
