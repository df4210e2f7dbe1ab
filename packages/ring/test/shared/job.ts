import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { RecordRingHandle, SlabRingHandle, SlotRingHandle, SpscRingHandle } from '../../src/shared.ts'

/** What a worker does with one ring. Values are the numbers from `from` to below `from + count`. */
export type Job =
  | {
      readonly role: 'push' | 'pop'
      readonly handle: SlotRingHandle<number>
      readonly from: number
      readonly count: number
    }
  | {
      readonly role: 'push bytes'
      readonly handle: SlotRingHandle<Uint8Array>
      readonly from: number
      readonly count: number
    }
  | {
      readonly role: 'produce' | 'consume'
      readonly handle: SpscRingHandle<number>
      readonly from: number
      readonly count: number
    }
  | { readonly role: 'push records'; readonly handle: RecordRingHandle; readonly from: number; readonly count: number }
  | {
      readonly role: 'publish' | 'take' | 'hold'
      readonly handle: SlabRingHandle
      readonly from: number
      readonly count: number
    }

/** What it moved. */
export interface Tally {
  readonly count: number
  readonly sum: number
}

/** A worker on its job. It says that it is attached, begins when it is told, and answers what it moved. */
export interface Work {
  readonly worker: Worker
  start(): Promise<Tally>
}

/** Starts a worker; resolves once it is attached. */
export async function startWorker(job: Job): Promise<Work> {
  const worker = new Worker(new URL('./ring.worker.ts', import.meta.url), {
    workerData: job,
    execArgv: ['--conditions=@millrace/source'],
  })
  await once(worker, 'message')
  return {
    worker,
    async start() {
      worker.postMessage('start')
      const [tally] = await once(worker, 'message')
      return tally as Tally
    },
  }
}

const nap = new Int32Array(new SharedArrayBuffer(4))

/** Tries until it succeeds; sleeps a little in between, as there may be fewer cores than threads. */
export function until<T>(attempt: () => T | undefined | false): T {
  for (let i = 1; ; i++) {
    const answer = attempt()
    if (answer !== undefined && answer !== false) return answer
    if (i % 64 === 0) Atomics.wait(nap, 0, 0, 0.2)
  }
}

/** What so many numbers from one on come to, of all producers. */
export function sumOf(...ranges: readonly { readonly from: number; readonly count: number }[]): number {
  return ranges.reduce((sum, { from, count }) => sum + from * count + (count * (count - 1)) / 2, 0)
}

/** A value in as many bytes as it says itself: some that fit a block of 64, some that do not. */
export function valueBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4 + (value % 97))
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes.fill(value, 4)
}

/** The value of such bytes; throws if they are not whole. */
export function readValue(bytes: Uint8Array): number {
  const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  if (bytes.length !== 4 + (value % 97)) throw new Error(`${bytes.length} bytes for ${value}`)
  if (bytes.subarray(4).some((byte) => byte !== (value & 255))) throw new Error(`torn bytes of ${value}`)
  return value
}
