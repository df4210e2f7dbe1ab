/** A thread that starts another, whose end it may hear of: knowing nothing of this package, having loaded it, holding the arena, or given a handle to watch. */
import { once } from 'node:events'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import type { ObjectHandle } from '../../src/api.ts'

/** What it knows. */
export type Knows = 'nothing' | 'the package' | 'the arena' | 'the handle'

const { handle, knows } = workerData as { handle: ObjectHandle; knows: Knows }
if (knows === 'the package' || knows === 'the arena') {
  const { attachArena } = await import('../../src/arena.ts')
  if (knows === 'the arena') attachArena(handle.memory)
}
const below = new Worker(new URL('./dying.worker.ts', import.meta.url), { workerData: { handle, end: 'exits' } })
const runs = once(below, 'message')
if (knows === 'the handle') {
  const { watchWorker } = await import('../../src/watch-worker.ts')
  watchWorker(below, handle)
}
await runs
parentPort?.postMessage('both run')
// Not once: it lives on when the one below has ended.
parentPort?.on('message', () => below.postMessage('end'))
below.once('exit', () => parentPort?.postMessage('the one below has ended'))
