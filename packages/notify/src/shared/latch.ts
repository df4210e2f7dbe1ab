import { arenaOf, bareObject } from '@millrace/atomics'
import type { WaitOptions } from '../api.ts'
import { checkWaitOptions, refusal, WAIT_OPTIONS } from '../check.ts'
import { resolveInTurn } from '../turn.ts'
import type { LatchHandle, SharedLatch, SharedOptions } from './api.ts'
import { ThreadLatch } from './thread-latch.ts'
import { View } from './view.ts'

/** A view of a latch in shared memory. */
class LatchView extends View<'millrace.latch', ThreadLatch> implements SharedLatch {
  constructor(handle: LatchHandle) {
    super(handle, 'millrace.latch', (attachment) => new ThreadLatch(attachment))
  }

  get isOpen(): boolean {
    return this.use('isOpen').isOpen
  }

  open(): void {
    this.use('open').open()
  }

  reset(): void {
    this.use('reset').reset()
  }

  wait(options?: WaitOptions): Promise<void> {
    const here = this.use('wait')
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    return here.isOpen ? resolveInTurn(undefined) : here.wait(options, this)
  }

  waitSync(timeoutMs?: number): void {
    const here = this.use('waitSync')
    checkWaitOptions({ timeoutMs })
    here.waitSync(timeoutMs)
  }
}

/**
 * Makes a latch for any number of threads, closed. Opening it wakes whoever waits, in all of them; asking an open one costs a
 * load. Throws `TypeError` for options that name no arena.
 *
 * @example
 * import { attachLatch, sharedLatch } from '@millrace/notify/shared'
 *
 * const ready = sharedLatch()
 * const there = attachLatch(ready.handle) // mostly in another thread, which got the handle by postMessage or workerData
 * const waiting = there.wait()
 * ready.open()
 * await waiting
 * there.waitSync() // open: does not wait
 */
export function sharedLatch(options: SharedOptions = {}): SharedLatch {
  const arena = arenaOf(options)
  return new LatchView({ ...arena.handle(bareObject(arena)), kind: 'millrace.latch' })
}

/** The latch of a handle in this thread. Throws `TypeError` for what is no such handle, and if no thread has that latch any more. */
export function attachLatch(handle: LatchHandle): SharedLatch {
  return new LatchView(handle)
}
