import { arenaOf, notifyObject } from '@millrace/atomics'
import type { Listener, WaitOptions } from '../api.ts'
import { checkWaitOptions, refusal, WAIT_OPTIONS } from '../check.ts'
import type { NotifyHandle, SharedNotify, SharedOptions } from './api.ts'
import { ThreadNotify } from './thread-notify.ts'
import { View } from './view.ts'

/** A view of a notify in shared memory. */
class NotifyView extends View<'millrace.notify', ThreadNotify> implements SharedNotify {
  constructor(handle: NotifyHandle) {
    super(handle, 'millrace.notify', (attachment) => new ThreadNotify(attachment))
  }

  notifyOne(): void {
    this.use('notifyOne').notifyOne()
  }

  notifyLast(): void {
    this.use('notifyLast').notifyLast()
  }

  notifyAll(): void {
    this.use('notifyAll').notifyAll()
  }

  listen(): Listener {
    return this.use('listen').listen(this)
  }

  wait(options?: WaitOptions): Promise<void> {
    const here = this.use('wait')
    return refusal(options, WAIT_OPTIONS) ?? here.listen(this).wait(options)
  }

  waitSync(timeoutMs?: number): void {
    const here = this.use('waitSync')
    checkWaitOptions({ timeoutMs })
    here.waitSync(timeoutMs)
  }
}

/**
 * Makes a notify for any number of threads, with no stored wake and nobody listening.
 *
 * Semantics of tokio's `Notify`, with wakes that are counted in shared memory: see `SharedNotify` for the order between
 * threads. A thread that dies at any instruction takes no wake with it. A notify that wakes nobody costs one exchange; a wake of
 * another thread is a wake of the operating system, some ten microseconds. All threads that wait look, and one finds the wake.
 * Throws `TypeError` for options that name no arena.
 *
 * @example
 * import { attachNotify, sharedNotify } from '@millrace/notify/shared'
 *
 * const ready = sharedNotify()
 * const there = attachNotify(ready.handle) // mostly in another thread, which got the handle by postMessage or workerData
 * there.notifyOne()
 * await ready.wait({ timeoutMs: 100 })
 * there[Symbol.dispose]()
 * ready[Symbol.dispose]()
 */
export function sharedNotify(options: SharedOptions = {}): SharedNotify {
  const arena = arenaOf(options)
  return new NotifyView({ ...arena.handle(notifyObject(arena)), kind: 'millrace.notify' })
}

/** The notify of a handle in this thread. Throws `TypeError` for what is no such handle, and if no thread has that notify any more. */
export function attachNotify(handle: NotifyHandle): SharedNotify {
  return new NotifyView(handle)
}
