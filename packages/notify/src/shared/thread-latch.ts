import { PARKED_RECEIVERS, USER, words } from '@millrace/atomics'
import type { WaitOptions } from '../api.ts'
import { TimeoutError } from '../errors.ts'
import { WaitList } from '../local/wait-list.ts'
import { Waiter } from '../local/waiter.ts'
import { Blocker } from './blocker.ts'
import { type Attachment, disposed, type Waiting } from './view.ts'
import { Watch } from './watch.ts'

/**
 * Those of one thread who wait at a shared latch. Its state is one word, which opening and resetting count up:
 *
 *     0 closed ── open ──▶ 1 open ── reset ──▶ 2 closed ── open ──▶ 3 open …
 *
 * INVARIANT  odd is open, and who waits since an even state was let through if the state is another.
 * INVARIANT  while somebody waits the watch runs.
 */
export class ThreadLatch implements Waiting {
  readonly #attachment: Attachment
  readonly #waiters = new WaitList<Passage>()
  readonly #watch: Watch
  readonly #blocker: Blocker

  constructor(attachment: Attachment) {
    const { arena, object } = attachment
    this.#attachment = attachment
    this.#watch = new Watch(arena, object + PARKED_RECEIVERS, () => this.#look())
    this.#blocker = new Blocker(arena, object + PARKED_RECEIVERS)
  }

  get isOpen(): boolean {
    return (this.#state & 1) === 1
  }

  open(): void {
    if (!this.#turn(0)) return
    const { arena, object } = this.#attachment
    arena.kernel.wake(object + PARKED_RECEIVERS)
    this.#look()
    this.#watch.poke()
  }

  reset(): void {
    this.#turn(1)
  }

  wait(options: WaitOptions | undefined, view: object): Promise<void> {
    const waiter = new Passage(this.#state & ~1, view, () => this.#watch.poke())
    this.#waiters.add(waiter)
    this.#watch.start()
    if (options !== undefined) waiter.limit(options)
    return waiter.promise
  }

  waitSync(timeoutMs: number | undefined): void {
    const since = this.#state & ~1
    if (!this.#blocker.until(() => this.#state !== since, timeoutMs)) {
      throw new TimeoutError(timeoutMs ?? Number.POSITIVE_INFINITY)
    }
  }

  abandon(view: object): void {
    for (const waiter of this.#waiters.takeWhere((waiter) => waiter.view === view)) {
      waiter.promise.catch(() => {})
      waiter.fail(disposed('latch'))
    }
    this.#watch.poke()
  }

  get #state(): number {
    const { arena, object } = this.#attachment
    return words.load(arena, object + USER)
  }

  /** Counts the state up if its lowest bit is `from`. Answers whether it was. */
  #turn(from: 0 | 1): boolean {
    const { arena, object } = this.#attachment
    for (;;) {
      const state = this.#state
      if ((state & 1) !== from) return false
      if (words.compareExchange(arena, object + USER, state, (state + 1) | 0) === state) return true
    }
  }

  /** Lets through whom it may, and answers whether somebody still waits. They wait since states that only grow. */
  #look(): boolean {
    const state = this.#state
    for (let next = this.#waiters.first; next !== undefined && next.since !== state; next = this.#waiters.first) {
      this.#waiters.remove(next)
      next.wake()
    }
    return this.#waiters.length > 0
  }
}

class Passage extends Waiter<void> {
  readonly since: number
  readonly view: object
  readonly #retract: () => void

  constructor(since: number, view: object, retract: () => void) {
    super()
    this.since = since
    this.view = view
    this.#retract = retract
  }

  protected override abandoned(): void {
    this.#retract()
  }
}
