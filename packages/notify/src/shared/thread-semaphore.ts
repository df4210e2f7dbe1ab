import { CAPACITY, PARKED_SENDERS, RESERVED, STATE, words } from '@millrace/atomics'
import type { SemaphorePermit, WaitOptions } from '../api.ts'
import { TimeoutError } from '../errors.ts'
import { WaitList } from '../local/wait-list.ts'
import { Waiter } from '../local/waiter.ts'
import { Blocker } from './blocker.ts'
import { type Attachment, disposed, type Waiting } from './view.ts'
import { Watch } from './watch.ts'

/**
 * Those of one thread who hold permits of a shared semaphore, or wait for some. Permits are credits in the memory, counted
 * for each thread, so that those of a dead one come back.
 *
 * INVARIANT  within this thread the first waiter is served first, however many it asks for.
 * INVARIANT  while somebody waits the watch runs.
 */
export class ThreadSemaphore implements Waiting {
  readonly capacity: number
  readonly #attachment: Attachment
  readonly #waiters = new WaitList<Acquisition>()
  readonly #watch: Watch
  readonly #blocker: Blocker

  constructor(attachment: Attachment) {
    const { arena, object } = attachment
    this.#attachment = attachment
    this.capacity = words.load(arena, object + CAPACITY)
    this.#watch = new Watch(arena, object + PARKED_SENDERS, () => this.#serve())
    this.#blocker = new Blocker(arena, object + PARKED_SENDERS)
  }

  get available(): number {
    const { arena, object } = this.#attachment
    return this.capacity - (words.load(arena, object + STATE) & RESERVED)
  }

  get waiting(): number {
    return this.#waiters.length
  }

  tryAcquire(count: number): SemaphorePermit | undefined {
    return this.#waiters.length === 0 && this.#reserve(count) ? new SharedPermit(this, count) : undefined
  }

  wait(count: number, options: WaitOptions | undefined, view: object): Promise<SemaphorePermit> {
    const waiter = new Acquisition(count, view, () => this.#poke())
    this.#waiters.add(waiter)
    this.#watch.start()
    if (options !== undefined) waiter.limit(options)
    return waiter.promise
  }

  acquireSync(count: number, timeoutMs: number | undefined): SemaphorePermit {
    if (!this.#blocker.until(() => this.#reserve(count), timeoutMs)) {
      throw new TimeoutError(timeoutMs ?? Number.POSITIVE_INFINITY)
    }
    return new SharedPermit(this, count)
  }

  /** Called by a permit, once. */
  giveBack(count: number): void {
    const { arena, object, credits } = this.#attachment
    arena.kernel.release(object, count, credits)
    if (this.#waiters.length > 0) this.#poke()
    this.#attachment.settle()
  }

  abandon(view: object): void {
    for (const waiter of this.#waiters.takeWhere((waiter) => waiter.view === view)) {
      waiter.promise.catch(() => {})
      waiter.fail(disposed('semaphore'))
    }
    this.#poke()
  }

  /** Serves at once, for something changed on this thread. */
  #poke(): void {
    this.#serve()
    this.#watch.poke()
  }

  /** Serves from the head of the order as far as the permits reach. Answers whether somebody still waits. */
  #serve(): boolean {
    for (let next = this.#waiters.first; next !== undefined && this.#reserve(next.count); next = this.#waiters.first) {
      this.#waiters.remove(next)
      next.wake(new SharedPermit(this, next.count))
    }
    return this.#waiters.length > 0
  }

  #reserve(count: number): boolean {
    const { arena, object, credits } = this.#attachment
    return arena.kernel.reserve(object, count, credits) > 0
  }
}

class Acquisition extends Waiter<SemaphorePermit> {
  readonly count: number
  readonly view: object
  readonly #retract: () => void

  constructor(count: number, view: object, retract: () => void) {
    super()
    this.count = count
    this.view = view
    this.#retract = retract
  }

  /** A large request that gave up may have held back smaller ones. */
  protected override abandoned(): void {
    this.#retract()
  }
}

class SharedPermit implements SemaphorePermit {
  readonly count: number
  #owner: ThreadSemaphore | undefined

  constructor(owner: ThreadSemaphore, count: number) {
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
