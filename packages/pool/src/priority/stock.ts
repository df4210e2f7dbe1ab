import type { EvictReason, ItemOptions, PriorityPoolOptions } from './api.ts'
import { type BareOrder, makeBareOrder, widerBareOrder } from './bare.ts'
import { Entry, type Order } from './entry.ts'
import { Expiry } from './expiry.ts'
import { checkPriority, none } from './options.ts'
import { makeOrder } from './order.ts'

/** Items that left without being drained, to be told of once everything is in order again. */
export type Told<T> = [entry: Entry<T>, reason: EvictReason][]

/** What a pool counts. */
export interface StockCounts {
  submitted: number
  drained: number
  putBack: number
  evicted: number
  expired: number
  replaced: number
  removed: number
  duplicates: number
}

/**
 * The items of a pool, without anybody who waits.
 *
 *     offer ──▶ queued ── take, hold ──▶ drained, held ── settle ──▶ drained, or queued again
 *                  └── evict, expire, replace, remove ──▶ gone
 *
 * INVARIANT  length + held <= capacity.
 * INVARIANT  an entry is in the order exactly while it is queued, and of those with the same key one is queued.
 * INVARIANT  an item without an entry is among the bare ones, from its submit until it is taken or somebody asks for it.
 */
export class Stock<T> {
  readonly capacity: number
  readonly counts: StockCounts = {
    submitted: 0,
    drained: 0,
    putBack: 0,
    evicted: 0,
    expired: 0,
    replaced: 0,
    removed: 0,
    duplicates: 0,
  }
  readonly #options: PriorityPoolOptions<T>
  readonly #isEvicting: boolean
  readonly #now: () => number
  readonly #keyed = new Map<string, Entry<T>>()
  readonly #expiry: Expiry<T>
  readonly #hasBare: boolean
  readonly #order: Order<T>
  #bare: BareOrder<T>
  #held = 0
  #sequence = 0

  /** `onDue` is called when entries have expired that nobody has looked for. */
  constructor(options: PriorityPoolOptions<T>, onDue: () => void) {
    const { capacity, compare, structure, ageingMs, ttlMs, overflow, clock = performance } = options
    this.capacity = capacity
    this.#options = options
    this.#isEvicting = overflow === 'evict-lowest'
    this.#now = () => clock.now()
    this.#expiry = new Expiry(this.#now, onDue)
    const isAgeing = ageingMs !== undefined
    this.#hasBare = compare === undefined && !isAgeing && ttlMs === undefined && !this.#isEvicting
    this.#order = makeOrder({ compare, structure, isAgeing, isLastNeeded: this.#isEvicting })
    this.#bare = makeBareOrder(structure)
  }

  get length(): number {
    return this.#order.length + this.#bare.length
  }

  get held(): number {
    return this.#held
  }

  get free(): number {
    return this.capacity - this.length - this.#held
  }

  /** The priority of an item. Throws if it has none that the pool can order by. */
  priorityOf(item: T, { priority }: ItemOptions): number {
    const { compare, priority: find, structure } = this.#options
    if (compare !== undefined) {
      if (priority !== undefined) throw new TypeError('priority: a pool with compare has none')
      return 0
    }
    const found = priority !== undefined ? priority : find === undefined ? 0 : find(item)
    checkPriority(found, structure)
    return found
  }

  /**
   * Takes an item in, if there is room or it makes some. Answers its entry, which is a duplicate if another one has its key; or
   * undefined if it is not in. `isNext` is false if others are before it who wait for room.
   */
  offer(item: T, priority: number, options: ItemOptions, isNext: boolean, told: Told<T>): Entry<T> | undefined {
    const entry = this.#entry(item, priority, options)
    const { key } = entry
    const same = key === undefined ? undefined : this.#keyed.get(key)
    if (same !== undefined) {
      if (!this.#isBefore(entry, same)) {
        this.counts.duplicates++
        entry.leave('duplicate')
        return entry
      }
      this.#putOut(same, 'replaced', told)
      entry.hasReplaced = true
    } else if (!isNext || (this.free === 0 && !this.#evictFor(entry, told))) return undefined
    this.#queue(entry)
    this.counts.submitted++
    return entry
  }

  /** Whether the time of an item may be over. */
  get isTimed(): boolean {
    return this.#expiry.length > 0
  }

  /** Whether an item of such options is kept without an entry, unless its submit gives a ticket. */
  isBare(options: ItemOptions): boolean {
    return this.#hasBare && (options === none || (options.key === undefined && options.ttlMs === undefined))
  }

  /** Takes a bare item in, if there is room and nobody is before it who waits for some. */
  offerBare(item: T, priority: number, isNext: boolean): boolean {
    const { free } = this
    if (!isNext || free === 0) return false
    // While there is nothing to compare it with, numbers may begin anew: bare items only have low ones.
    if (free === this.capacity) this.#sequence = 0
    const sequence = ++this.#sequence
    if (!this.#bare.push(item, priority, sequence)) this.#pushWider(item, priority, sequence)
    this.counts.submitted++
    return true
  }

  /** The first item. */
  first(): T | undefined {
    return this.#isBareFirst() ? this.#bare.first() : this.#order.first()?.item
  }

  /** Takes out the first one, for good. */
  take(state: 'drained' | 'removed'): T | undefined {
    if (this.#isBareFirst()) {
      this.#count(state)
      return this.#bare.pop()
    }
    const entry = this.#order.pop(state)
    if (entry === undefined) return undefined
    this.#forget(entry)
    this.#count(state)
    return entry.item
  }

  /** Whether items have priorities, and are not compared. */
  get hasPriorities(): boolean {
    return this.#options.compare === undefined
  }

  /** Takes out the first ones, until they are settled. */
  hold(most: number): Entry<T>[] {
    const entries: Entry<T>[] = []
    while (entries.length < most) {
      if (this.#isBareFirst()) {
        const entry = this.#dressFirst()
        entry.leave('held')
        entries.push(entry)
        continue
      }
      const entry = this.#order.pop('held')
      if (entry === undefined) break
      this.#forget(entry)
      entries.push(entry)
    }
    this.#held += entries.length
    return entries
  }

  /** Ends a hold: they are drained. */
  release(entries: readonly Entry<T>[]): void {
    this.#held -= entries.length
    this.counts.drained += entries.length
    for (const entry of entries) entry.state = 'drained'
  }

  /** Ends a hold: they are queued again, but for those that have expired, or had to leave their key to one that is due earlier. */
  putBack(entries: readonly Entry<T>[], told: Told<T>): void {
    this.#held -= entries.length
    this.counts.putBack += entries.length
    for (const entry of entries) {
      const same = entry.key === undefined ? undefined : this.#keyed.get(entry.key)
      const isExpired = entry.expiresAt !== undefined && entry.expiresAt <= this.#now()
      if (isExpired || (same !== undefined && this.#isBefore(same, entry))) {
        const reason = isExpired ? 'expired' : 'replaced'
        entry.leave(reason)
        this.counts[reason]++
        told.push([entry, reason])
        continue
      }
      if (same !== undefined) this.#putOut(same, 'replaced', told)
      entry.state = 'queued'
      this.#queue(entry)
    }
  }

  /** Takes out those that are meant, and hands them back in order. */
  remove(isMeant: (entry: Entry<T>) => boolean): Entry<T>[] {
    while (this.#bare.length > 0) this.#queue(this.#dressFirst())
    // The user's function may call the pool: those it is asked about may have left before, and those it means since.
    const isQueued = ({ state }: Entry<T>): boolean => state === 'queued'
    const meant = this.#order
      .entries()
      .filter((entry) => isQueued(entry) && isMeant(entry))
      .filter(isQueued)
    for (const entry of meant) this.removeOne(entry)
    return meant.sort((a, b) => (this.#isBefore(a, b) ? -1 : this.#isBefore(b, a) ? 1 : a.sequence - b.sequence))
  }

  /** Takes out one that is queued. */
  removeOne(entry: Entry<T>): void {
    entry.leave('removed')
    this.#forget(entry)
    this.#order.gone(entry)
    this.counts.removed++
  }

  /** Puts out what has expired. */
  expire(told: Told<T>): void {
    for (let entry = this.#expiry.due(); entry !== undefined; entry = this.#expiry.due()) {
      entry.leave('expired')
      if (entry.key !== undefined) this.#keyed.delete(entry.key)
      this.#order.gone(entry)
      this.counts.expired++
      told.push([entry, 'expired'])
    }
  }

  /** By name, since a field whose name varies is looked up each time. */
  #count(state: 'drained' | 'removed'): void {
    if (state === 'drained') this.counts.drained++
    else this.counts.removed++
  }

  #pushWider(item: T, priority: number, sequence: number): void {
    this.#bare = widerBareOrder(this.#bare)
    if (!this.#bare.push(item, priority, sequence)) this.#queue(this.#dressed(item, priority, sequence))
  }

  #isBareFirst(): boolean {
    const bare = this.#bare
    if (bare.length === 0) return false
    const entry = this.#order.length === 0 ? undefined : this.#order.first()
    if (entry === undefined || bare.firstRank > entry.rank) return true
    return bare.firstRank === entry.rank && bare.firstSequence < entry.sequence
  }

  /** Takes out the first bare item, as an entry from now on. */
  #dressFirst(): Entry<T> {
    const { firstRank, firstSequence } = this.#bare
    return this.#dressed(this.#bare.pop() as T, firstRank, firstSequence)
  }

  #dressed(item: T, priority: number, sequence: number): Entry<T> {
    return new Entry(this, item, priority, priority, sequence, undefined, undefined)
  }

  #entry(item: T, priority: number, { key, ttlMs = this.#options.ttlMs }: ItemOptions): Entry<T> {
    const { ageingMs } = this.#options
    // All age alike, so who is before whom never changes: what counts is when an item came.
    const rank = ageingMs === undefined ? priority : priority - this.#now() / ageingMs
    const expiresAt = ttlMs === undefined ? undefined : this.#now() + ttlMs
    return new Entry(this, item, priority, rank, ++this.#sequence, key, expiresAt)
  }

  #queue(entry: Entry<T>): void {
    if (entry.key !== undefined) this.#keyed.set(entry.key, entry)
    this.#order.push(entry)
    if (entry.expiresAt !== undefined) this.#expiry.add(entry, entry.expiresAt)
  }

  #evictFor(entry: Entry<T>, told: Told<T>): boolean {
    const last = this.#isEvicting ? this.#order.last() : undefined
    if (last === undefined || !this.#isBefore(entry, last)) return false
    this.#putOut(last, 'evicted', told)
    return true
  }

  #putOut(entry: Entry<T>, reason: 'evicted' | 'replaced', told: Told<T>): void {
    entry.leave(reason)
    this.#forget(entry)
    this.#order.gone(entry)
    this.counts[reason]++
    told.push([entry, reason])
  }

  /** It is no longer queued. */
  #forget(entry: Entry<T>): void {
    if (entry.key !== undefined) this.#keyed.delete(entry.key)
    if (entry.expiresAt !== undefined) this.#expiry.gone()
  }

  /** Whether one is due before the other by what the user said, not by when they came. */
  #isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const { compare } = this.#options
    return compare === undefined ? a.rank > b.rank : compare(a.item, b.item) < 0
  }
}
