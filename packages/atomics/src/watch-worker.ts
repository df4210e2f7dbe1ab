import type { ObjectHandle } from './api.ts'
import { attachArena } from './arena.ts'
import { missWorker } from './deaths.ts'
import type { WorkerLike } from './thread.ts'

/**
 * Repairs what a worker leaves when it exits, and what the threads leave that it had started, in all arenas that this thread holds then.
 *
 * For workers that were started before this package was loaded; later ones are watched anyway. To watch one twice does
 * nothing more, nor to watch one that has exited. A thread that starts workers and has no use itself for what they share gives
 * any handle of theirs: so it holds their arena, and with it a place among the participants. Throws `TypeError` for what is no
 * worker of Node, or no handle.
 *
 * @example
 * import { Worker } from 'node:worker_threads'
 * import { watchWorker } from '@millrace/atomics'
 *
 * const worker = new Worker('', { eval: true })
 * watchWorker(worker)
 */
export function watchWorker(worker: WorkerLike, handle?: Pick<ObjectHandle, 'memory'>): void {
  if (typeof worker?.once !== 'function' || typeof worker.threadId !== 'number') {
    throw new TypeError(`worker: expected a worker of node:worker_threads, got ${String(worker)}`)
  }
  if (handle !== undefined) attachArena(handle?.memory)
  missWorker(worker)
}
