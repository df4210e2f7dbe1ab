/** Ends by itself, since nobody waits: what is open and unused keeps no process alive. */
import { Worker } from 'node:worker_threads'
import { u32 } from '@millrace/ring/codec'
import { sharedChannel } from '../../../src/shared.ts'

const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
const part = { actor: 'waitsForValue', handle, sync: true }
const worker = new Worker(new URL('../actor.worker.ts', import.meta.url), { workerData: part })
const answer = new Promise((resolve) =>
  worker.on('message', (message) => 'result' in message && resolve(message.result)),
)
await sender.send(42)
console.log(JSON.stringify(await answer))
receiver.whenClosed().then(() => console.log('closed'))
receiver.receive({ timeoutMs: 1 }).catch(() => console.log('nothing more'))
