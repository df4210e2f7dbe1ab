import type { EvictReason, ItemOptions, PriorityPoolOptions } from './api.ts'
import { Entry, type Order } from './entry.ts'
import { Expiry } from './expiry.ts'
import { checkPriority } from './options.ts'
import { makeOrder, orderFor } from './order.ts'

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
  #order: Order<T>
  #held = 0
  #sequence = 0

  /** `onDue` is called when entries have expired that nobody has looked for. */
  constructor(options: PriorityPoolOptions<T>, onDue: () => void) {
    const { capacity, compare, structure, ageingMs, overflow, clock = performance } = options
    this.capacity = capacity
    this.#options = options
    this.#isEvicting = overflow === 'evict-lowest'
    this.#now = () => clock.now()
    this.#expiry = new Expiry(this.#now, onDue)
    const isAgeing = ageingMs !== undefined
    this.#order = makeOrder({ compare, structure, isAgeing, isLastNeeded: this.#isEvicting })
  }

  get length(): number {
    return this.#order.length
  }

  get held(): number {
    return this.#held
  }

  get free(): number {
    return this.capacity - this.#order.length - this.#held
  }

  /** The priority of an item. Throws if it has none that the pool can order by. */
  priorityOf(item: T, { priority }: ItemOptions): number {
    const { compare, priority: find, structure } = this.#options
    if (compare !== undefined) {
      if (priority !== undefined) throw new TypeError('priority: a pool with compare has none')
      return 0
    }
    const found = priority ?? (find === undefined ? 0 : find(item))
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

  /** The first entry. */
  first(): Entry<T> | undefined {
    return this.#order.first()
  }

  /** Takes out the first one, for good. */
  take(state: 'drained' | 'removed'): Entry<T> | undefined {
    const entry = this.#order.pop(state)
    if (entry === undefined) return undefined
    this.#forget(entry)
    this.counts[state]++
    return entry
  }

  /** Whether items have priorities, and are not compared. */
  get hasPriorities(): boolean {
    return this.#options.compare === undefined
  }

  /** Takes out the first ones, until they are settled. */
  hold(most: number): Entry<T>[] {
    const entries: Entry<T>[] = []
    while (entries.length < most) {
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

  #entry(item: T, priority: number, { key, ttlMs = this.#options.ttlMs }: ItemOptions): Entry<T> {
    const { ageingMs } = this.#options
    // All age alike, so who is before whom never changes: what counts is when an item came.
    const rank = ageingMs === undefined ? priority : priority - this.#now() / ageingMs
    const expiresAt = ttlMs === undefined ? undefined : this.#now() + ttlMs
    return new Entry(this, item, priority, rank, ++this.#sequence, key, expiresAt)
  }

  #queue(entry: Entry<T>): void {
    if (entry.key !== undefined) this.#keyed.set(entry.key, entry)
    this.#order = orderFor(this.#order, entry.rank, this.#isEvicting)
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
