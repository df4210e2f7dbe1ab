/** Ends although a thread that keeps nothing alive is blocked for good, and a channel is open. */
import { Worker } from 'node:worker_threads'
import { u32 } from '@millrace/ring/codec'
import { sharedChannel } from '../../../src/shared.ts'
import { parked } from '../parked.ts'

const { sender, handle } = sharedChannel({ capacity: 1, codec: u32 })
const part = { actor: 'waitsForValue', handle, sync: true }
new Worker(new URL('../actor.worker.ts', import.meta.url), { workerData: part }).unref()
await parked(handle, 'receiver')
console.log(sender.closed)
