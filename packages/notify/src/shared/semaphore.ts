import { arenaOf, bareObject } from '@millrace/atomics'
import type { SemaphorePermit, WaitOptions } from '../api.ts'
import { checkCount, checkWaitOptions, refusal, WAIT_OPTIONS } from '../check.ts'
import { resolveInTurn } from '../turn.ts'
import type { SemaphoreHandle, SharedOptions, SharedSemaphore } from './api.ts'
import { ThreadSemaphore } from './thread-semaphore.ts'
import { View } from './view.ts'

const MOST_PERMITS = 2 ** 28 - 1

/** A view of a semaphore in shared memory. */
class SemaphoreView extends View<'millrace.semaphore', ThreadSemaphore> implements SharedSemaphore {
  constructor(handle: SemaphoreHandle) {
    super(handle, 'millrace.semaphore', (attachment) => new ThreadSemaphore(attachment))
  }

  get capacity(): number {
    return this.use('capacity').capacity
  }

  get available(): number {
    return this.use('available').available
  }

  get waiting(): number {
    return this.use('waiting').waiting
  }

  acquire(options?: WaitOptions): Promise<SemaphorePermit> {
    return this.acquireMany(1, options)
  }

  acquireMany(count: number, options?: WaitOptions): Promise<SemaphorePermit> {
    const here = this.use('acquireMany')
    checkCount('count', count, here.capacity)
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    const permit = here.tryAcquire(count)
    return permit === undefined ? here.wait(count, options, this) : resolveInTurn(permit)
  }

  tryAcquire(count = 1): SemaphorePermit | undefined {
    const here = this.use('tryAcquire')
    checkCount('count', count, here.capacity)
    return here.tryAcquire(count)
  }

  acquireSync(timeoutMs?: number): SemaphorePermit {
    return this.acquireManySync(1, timeoutMs)
  }

  acquireManySync(count: number, timeoutMs?: number): SemaphorePermit {
    const here = this.use('acquireManySync')
    checkCount('count', count, here.capacity)
    checkWaitOptions({ timeoutMs })
    return here.acquireSync(count, timeoutMs)
  }
}

/**
 * Makes a semaphore of `permits` permits for any number of threads, all of them available.
 *
 * The permits of a thread that ends, crashes or is terminated at any instruction come back as soon as the thread that started
 * it hears of its exit. Taking and giving back cost one exchange each; see `SharedSemaphore` for the order between threads.
 * Throws `RangeError` if `permits` is not an integer from 1 to 2²⁸ − 1, `TypeError` for options that name no arena.
 *
 * @example
 * import { attachSemaphore, sharedSemaphore } from '@millrace/notify/shared'
 *
 * const slots = sharedSemaphore(2)
 * const there = attachSemaphore(slots.handle) // mostly in another thread, which got the handle by postMessage or workerData
 * const permit = await there.acquire()
 * slots.available // => 1
 * permit.release()
 * slots.available // => 2
 */
export function sharedSemaphore(permits: number, options: SharedOptions = {}): SharedSemaphore {
  checkCount('permits', permits, MOST_PERMITS)
  const arena = arenaOf(options)
  return new SemaphoreView({ ...arena.handle(bareObject(arena, { capacity: permits })), kind: 'millrace.semaphore' })
}

/** The semaphore of a handle in this thread. Throws `TypeError` for what is no such handle, and if no thread has that semaphore any more. */
export function attachSemaphore(handle: SemaphoreHandle): SharedSemaphore {
  return new SemaphoreView(handle)
}
