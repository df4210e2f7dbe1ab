import { Worker } from 'node:worker_threads'
import type { ObjectHandle } from '../../src/api.ts'
import type { Arena } from '../../src/arena.ts'
import { recordRing, slab, slotQueue } from '../../src/objects.ts'

/** What a queue worker does. */
export interface Job {
  readonly handle: ObjectHandle
  readonly role: 'push' | 'pop'
  readonly kind: 'slots' | 'record' | 'slab'
  readonly slotBytes: number
  /** Values are from … from + count − 1. */
  readonly from: number
  readonly count: number
  /** Where it says how far it came: of a pusher the next value; of a popper how many it took and their sum. */
  readonly report: number
  /** Most values in one call. */
  readonly batch: number
}

/** Makes the object of a job. */
export function objectFor(arena: Arena, kind: Job['kind'], capacity: number, slotBytes: number): number {
  if (kind === 'record') return recordRing(arena, { blocks: 64, maxBytes: 160, start: -7 })
  if (kind === 'slab') return slab(arena, { capacity, blocks: capacity + 4, blockBytes: 64 })
  return slotQueue(arena, { capacity, slotBytes, start: -7 })
}

/** Starts a queue worker; `ready` resolves once it is attached, `gone` with its exit code. An error of the worker rejects both. */
export function startWorker(job: Job): { worker: Worker; ready: Promise<void>; gone: Promise<number> } {
  const worker = new Worker(new URL('./queue.worker.ts', import.meta.url), {
    workerData: job,
    execArgv: ['--conditions=@millrace/source'],
  })
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })
  const gone = new Promise<number>((resolve, reject) => {
    worker.once('exit', resolve)
    worker.once('error', reject)
  })
  gone.catch(() => {})
  ready.catch(() => {})
  return { worker, ready, gone }
}
