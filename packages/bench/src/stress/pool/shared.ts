import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type AttachedPriorityPool, attachPriorityPool, type SharedPriorityPoolHandle } from '@millrace/pool/shared'
import { type Codec, f64, string, struct, u32 } from '@millrace/ring/codec'
import type { Item } from './items.ts'
import { PoolSubject } from './pool-subject.ts'
import { DrainError, type Ground } from './subject.ts'

/** What the thread of the pool is told. */
export interface OwnerPart {
  readonly capacity: number
  readonly payloadBytes: number
}

/** How items get from thread to thread. */
export function itemCodec(payloadBytes: number): Codec<Item> {
  return struct({ producer: u32, number: u32, priority: u32, at: f64, payload: string(Math.max(1, payloadBytes)) })
}

/** Our pool in another thread: that one may be gone. */
class SharedSubject extends PoolSubject {
  override async drain(count: number, timeoutMs: number): Promise<Item[]> {
    try {
      return await super.drain(count, timeoutMs)
    } catch (error) {
      throw new DrainError(String(error), { cause: error })
    }
  }
}

/** Starts a thread that keeps a pool; whoever drives it has an end of its own. */
export async function openShared({ capacity, payloadBytes }: OwnerPart): Promise<Ground> {
  const workerData: OwnerPart = { capacity, payloadBytes }
  const owner = new Worker(new URL('./shared.worker.ts', import.meta.url), { workerData })
  const [handle] = (await once(owner, 'message')) as [SharedPriorityPoolHandle<Item>]
  const ends: AttachedPriorityPool<Item>[] = []
  return {
    subject() {
      const end = attachPriorityPool(handle, itemCodec(payloadBytes))
      ends.push(end)
      return new SharedSubject(end)
    },
    async close() {
      await ends[0]?.close()
      for (const end of ends) end[Symbol.dispose]()
      await owner.terminate()
    },
  }
}
