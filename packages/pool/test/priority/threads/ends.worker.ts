/** Does to a shared priority pool what it is told, and notes what it did where everybody sees it. */
import { parentPort, workerData } from 'node:worker_threads'
import { u32 } from '@millrace/ring/codec'
import { attachPriorityPool, type SharedPriorityPoolHandle, sharedPriorityPool } from '../../../src/shared.ts'

/** What a thread does: submits items from a number on, holds and releases them, or owns a pool that it never closes. */
export interface Role {
  readonly act: 'submit' | 'hold' | 'own'
  readonly handle: SharedPriorityPoolHandle<number>
  readonly from: number
  /** How often each item was submitted for certain. */
  readonly submitted: Int32Array
  /** How often each item was taken. */
  readonly taken: Int32Array
}

const { act, handle, from, submitted, taken } = workerData as Role

async function submit(): Promise<void> {
  const pool = attachPriorityPool(handle)
  for (let item = from; ; ) {
    const items = [item, item + 1, item + 2]
    // One by one and many at a time: both are cut off somewhere.
    if (item % 2 === 0) await pool.submitMany(items, { priority: item % 7 })
    else for (const one of items) await pool.submit(one, { priority: item % 5 })
    for (const one of items) Atomics.add(submitted, one, 1)
    item += items.length
  }
}

async function hold(): Promise<void> {
  const pool = attachPriorityPool(handle)
  for (;;) {
    const held = await pool.hold(8, { timeoutMs: 5 })
    if (held.items.length === 0 && (await pool.stats()).length === 0) parentPort?.postMessage('empty')
    for (const item of held.items) Atomics.add(taken, item, 1)
    held.release()
  }
}

function own(): void {
  const owned = sharedPriorityPool({ capacity: 10, codec: u32 })
  parentPort?.postMessage(owned.handle)
}

if (act === 'own') own()
else await (act === 'submit' ? submit() : hold())
