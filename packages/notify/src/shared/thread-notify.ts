import { ENDED, NONE, PARKED_RECEIVERS } from '@millrace/atomics'
import type { Listener } from '../api.ts'
import { TimeoutError } from '../errors.ts'
import { WaitList } from '../local/wait-list.ts'
import { Blocker } from './blocker.ts'
import { type ListenerOwner, SharedListener, type Wake } from './listener.ts'
import type { Attachment, Waiting } from './view.ts'
import { Watch } from './watch.ts'

const MOST_LISTENERS = 65_534

/**
 * The listeners of one thread at a shared notify. How many wakes and listeners there are is counted in the memory; who
 * they are, and in which order, is known here.
 *
 *     listen ──▶ listeners, in their order ── look: takes a wake for each, as long as there are ──▶ woken
 *
 * INVARIANT  the list holds as many as this thread has counted in the memory, but for one in `waitSync`.
 * INVARIANT  a listener that was woken and has not waited holds its wake there, so that it outlives this thread.
 * INVARIANT  while somebody waits the watch runs.
 */
export class ThreadNotify implements ListenerOwner, Waiting {
  readonly #attachment: Attachment
  readonly #listeners = new WaitList<SharedListener>()
  readonly #watch: Watch
  readonly #blocker: Blocker
  #waiting = 0
  #held = 0

  constructor(attachment: Attachment) {
    const { arena, object } = attachment
    this.#attachment = attachment
    this.#watch = new Watch(arena, object + PARKED_RECEIVERS, () => this.#look())
    this.#blocker = new Blocker(arena, object + PARKED_RECEIVERS)
  }

  notifyOne(): void {
    const { arena, object } = this.#attachment
    arena.kernel.notifyOne(object)
    this.#poke()
  }

  notifyLast(): void {
    const { arena, object } = this.#attachment
    arena.kernel.notifyLast(object)
    this.#poke()
  }

  notifyAll(): void {
    const { arena, object } = this.#attachment
    arena.kernel.notifyAll(object)
    this.#poke()
  }

  listen(view: object): Listener {
    const listener = new SharedListener(this, view)
    const isCovered = this.#count()
    this.#listeners.add(listener)
    if (isCovered) this.#look()
    return listener
  }

  waitSync(timeoutMs: number | undefined): void {
    const { arena, object, credits } = this.#attachment
    this.#count()
    let isWoken = false
    const attempt = (): boolean => {
      const answer = arena.kernel.notifyTake(object, credits)
      if (answer === ENDED) this.#allWoken()
      else if (answer !== NONE) arena.kernel.notifyUse(credits)
      isWoken = answer !== NONE
      return isWoken
    }
    try {
      this.#blocker.until(attempt, timeoutMs)
    } finally {
      if (!isWoken) isWoken = !this.#uncount()
    }
    if (!isWoken) throw new TimeoutError(timeoutMs ?? Number.POSITIVE_INFINITY)
  }

  begin(listener: SharedListener): void {
    // Nobody may have looked since it was registered.
    if (listener.wokenBy === undefined) this.#look()
    if (listener.wokenBy !== undefined) {
      this.#held--
      this.#use(listener.wokenBy)
      return
    }
    listener.isWaiting = true
    this.#waiting++
    this.#watch.start()
  }

  left(listener: SharedListener): void {
    if (listener.isWaiting) this.#waiting--
    this.#uncount()
    if (listener.isWaiting && this.#waiting === 0) this.#watch.poke()
  }

  handOn(wake: Wake): void {
    const { arena, object } = this.#attachment
    this.#held--
    if (wake === 'one') arena.kernel.notifyOne(object)
    else if (wake === 'last') arena.kernel.notifyLast(object)
    this.#use(wake)
    this.#poke()
  }

  abandon(view: object): void {
    for (const listener of this.#listeners.takeWhere((listener) => listener.view === view)) listener.abandon()
  }

  /** Counts a listener in. Answers whether there are wakes for all who listen. */
  #count(): boolean {
    const { arena, object, credits } = this.#attachment
    for (;;) {
      const answer = this.#held < MOST_LISTENERS ? arena.kernel.notifyListen(object, credits) : NONE
      if (answer === NONE) throw new RangeError(`listen: ${MOST_LISTENERS} listen already, and more are not counted`)
      if (answer !== ENDED) return answer === 2
      this.#allWoken()
    }
  }

  /** Counts a listener out that was not woken. Answers whether it was not: all may have been, without a look. */
  #uncount(): boolean {
    const { arena, object, credits } = this.#attachment
    if (arena.kernel.notifyLeave(object, credits, 1) !== ENDED) return true
    this.#allWoken()
    return false
  }

  /** Takes wakes for those who listen, and answers whether somebody still waits. */
  #look(): boolean {
    const { arena, object, credits } = this.#attachment
    while (this.#listeners.length > 0) {
      const answer = arena.kernel.notifyTake(object, credits)
      if (answer === NONE) break
      if (answer === ENDED) this.#allWoken()
      else if (answer === 2) this.#wake(this.#listeners.takeLast(), 'last')
      else this.#wake(this.#listeners.takeFirst(), 'one')
    }
    return this.#waiting > 0
  }

  #allWoken(): void {
    while (this.#listeners.length > 0) this.#wake(this.#listeners.takeFirst(), 'all')
  }

  #wake(listener: SharedListener | undefined, wake: Wake): void {
    if (listener === undefined) return
    listener.wokenBy = wake
    listener.wake()
    if (listener.isWaiting) {
      listener.isWaiting = false
      this.#waiting--
      this.#use(wake)
    } else this.#held++
  }

  #use(wake: Wake): void {
    const { arena, credits } = this.#attachment
    if (wake !== 'all') arena.kernel.notifyUse(credits)
    this.#attachment.settle()
  }

  /** Looks at once, for something changed on this thread. */
  #poke(): void {
    if (this.#waiting === 0) return
    this.#look()
    this.#watch.poke()
  }
}
