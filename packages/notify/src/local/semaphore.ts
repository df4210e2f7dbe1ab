import type { Semaphore, SemaphorePermit, WaitOptions } from '../api.ts'
import { checkCount, refusal, WAIT_OPTIONS } from '../check.ts'
import { resolveInTurn } from '../turn.ts'
import { WaitList } from './wait-list.ts'
import { Waiter } from './waiter.ts'

/**
 * Counted permits in one event loop, first come, first served.
 *
 * INVARIANT  available + permits out === capacity
 * INVARIANT  the first waiter asks for more than is available; nobody behind it is served before it.
 */
class LocalSemaphore implements Semaphore {
  readonly capacity: number
  readonly #waiters = new WaitList<Acquisition>()
  #available: number

  constructor(capacity: number) {
    this.capacity = this.#available = capacity
  }

  get available(): number {
    return this.#available
  }

  get waiting(): number {
    return this.#waiters.length
  }

  acquire(options?: WaitOptions): Promise<SemaphorePermit> {
    return this.acquireMany(1, options)
  }

  acquireMany(count: number, options?: WaitOptions): Promise<SemaphorePermit> {
    checkCount('count', count, this.capacity)
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    const permit = this.tryAcquire(count)
    if (permit !== undefined) return resolveInTurn(permit)
    const waiter = new Acquisition(this, count)
    this.#waiters.add(waiter)
    if (options !== undefined) waiter.limit(options)
    return waiter.promise
  }

  tryAcquire(count = 1): SemaphorePermit | undefined {
    checkCount('count', count, this.capacity)
    if (this.#waiters.length > 0 || count > this.#available) return undefined
    this.#available -= count
    return new LocalPermit(this, count)
  }

  /** Called by a permit, once, and by `serve` callers that freed a place in the order. */
  giveBack(count: number): void {
    this.#available += count
    this.serve()
  }

  /** Serves from the head of the order as far as the permits reach. */
  serve(): void {
    for (
      let next = this.#waiters.first;
      next !== undefined && next.count <= this.#available;
      next = this.#waiters.first
    ) {
      this.#waiters.remove(next)
      this.#available -= next.count
      next.wake(new LocalPermit(this, next.count))
    }
  }
}

class Acquisition extends Waiter<SemaphorePermit> {
  readonly count: number
  readonly #owner: LocalSemaphore

  constructor(owner: LocalSemaphore, count: number) {
    super()
    this.#owner = owner
    this.count = count
  }

  /** A large request that gave up may have held back smaller ones. */
  protected override abandoned(): void {
    this.#owner.serve()
  }
}

class LocalPermit implements SemaphorePermit {
  readonly count: number
  #owner: LocalSemaphore | undefined

  constructor(owner: LocalSemaphore, count: number) {
    this.#owner = owner
    this.count = count
  }

  release(): void {
    const owner = this.#owner
    this.#owner = undefined
    owner?.giveBack(this.count)
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/**
 * Makes a semaphore of `capacity` permits, all of them available. Throws `RangeError` if `capacity` is not an integer from 1.
 *
 * @example
 * const slots = semaphore(2)
 * const permit = await slots.acquire()
 * slots.available // => 1
 * permit.release()
 * slots.available // => 2
 */
export function semaphore(capacity: number): Semaphore {
  checkCount('capacity', capacity)
  return new LocalSemaphore(capacity)
}
