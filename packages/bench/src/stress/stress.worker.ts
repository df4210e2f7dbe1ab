/** A thread of the stress test: sends, or receives, until there is nothing left to do or it is killed. */
import { parentPort } from 'node:worker_threads'
import { provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import type { SharedHandle } from '@millrace/mpmc/shared'
import { attachReceiver, attachSender } from '@millrace/mpmc/shared'
import type { Value } from '@millrace/ring'
import { random } from '../random.ts'
import { Ledger } from './ledger.ts'
import { type Form, payloadOf } from './payload.ts'
import { receiveAll } from './receiving.ts'
import { sendAll } from './sending.ts'

/** What a thread is told to do. */
export interface Job {
  readonly side: 'producer' | 'consumer'
  readonly index: number
  readonly seed: number
  readonly form: Form
  readonly handle: SharedHandle<Value>
  readonly books: { readonly memory: Ledger['memory']; readonly base: number }
}

provideKernel(kernel)
parentPort?.on('message', async ({ side, index, seed, form, handle, books }: Job) => {
  const common = { payload: payloadOf(form), ledger: new Ledger(books), index, random: random(seed), awaits: false }
  const endpoint = side === 'producer' ? attachSender(handle) : attachReceiver(handle)
  await ('send' in endpoint ? sendAll({ sender: endpoint, ...common }) : receiveAll({ receiver: endpoint, ...common }))
  endpoint[Symbol.dispose]()
  parentPort?.postMessage('done')
})
