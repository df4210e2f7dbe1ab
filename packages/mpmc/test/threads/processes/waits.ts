/** Stays alive while it awaits a value of a thread that keeps nothing alive itself. */
import { Worker } from 'node:worker_threads'
import { u32 } from '@millrace/ring/codec'
import { sharedChannel } from '../../../src/shared.ts'

const { receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
const part = { actor: 'sends', handle, from: 1, to: 4, way: 'sendSync' }
new Worker(new URL('../actor.worker.ts', import.meta.url), { workerData: part }).unref()
for await (const value of receiver) console.log(value)
console.log('end')
