/** One end of a channel in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachReceiver, attachSender, type SharedHandle, type SharedSender } from '../../src/shared.ts'

/** What the thread is to do. */
export type Task = { readonly handle: SharedHandle<number> } & (
  | { readonly does: 'receives' | 'attaches a receiver' | 'attaches a sender' | 'holds the receiver' }
  | {
      readonly does: 'sends'
      readonly how: How
      readonly from: number
      readonly to: number
      readonly sent?: Int32Array
    }
)
/** How values are sent. */
export type How = 'send' | 'sendSync' | 'trySend'

const ways: Record<How, (sender: SharedSender<number>, value: number) => Promise<void> | void> = {
  send: (sender, value) => sender.send(value),
  sendSync: (sender, value) => sender.sendSync(value),
  trySend(sender, value) {
    while (sender.trySend(value) === 'full');
  },
}

const task = workerData as Task
switch (task.does) {
  case 'receives': {
    const receiver = attachReceiver(task.handle)
    const values: number[] = []
    for await (const value of receiver) values.push(value)
    parentPort?.postMessage(values)
    break
  }
  case 'sends': {
    const sender = attachSender(task.handle)
    for (let value = task.from; value < task.to; value++) {
      const waits = ways[task.how](sender, value)
      if (waits !== undefined) await waits
      if (task.sent !== undefined) Atomics.store(task.sent, 0, value - task.from + 1)
    }
    sender[Symbol.dispose]()
    parentPort?.postMessage('sent')
    break
  }
  case 'holds the receiver':
    attachReceiver(task.handle)
    parentPort?.postMessage('holding')
    parentPort?.on('message', () => {})
    break
  default: {
    const attach = task.does === 'attaches a receiver' ? attachReceiver : attachSender
    try {
      attach(task.handle)
      parentPort?.postMessage('attached')
    } catch (error) {
      parentPort?.postMessage(String(error))
    }
  }
}
