/** A thread that holds a sender and credits, and ends as it is told. */
import { once } from 'node:events'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import type { ObjectHandle } from '../../src/api.ts'
import { attachArena } from '../../src/arena.ts'
import { provideKernel } from '../../src/execution.ts'
import { kernel } from '../../src/javascript.ts'
import { PARKED_SENDERS } from '../../src/kernel/layout.ts'
import { waitSync } from '../../src/wait.ts'

provideKernel(kernel)
const { handle, end, isSecond } = workerData as { handle: ObjectHandle; end: string; isSecond?: true }
const arena = attachArena(handle.memory)
arena.attach(handle, 2, 0)
arena.kernel.reserve(handle.object, isSecond ? 1 : 2, arena.credits(handle.object))
if (!isSecond) arena.kernel.slotPush(handle.object, 11, 0)
if (end.startsWith('starts') && !isSecond) {
  const second = new Worker(new URL(import.meta.url), { workerData: { handle, end, isSecond: true } })
  await once(second, 'message')
}
parentPort?.postMessage('ready')
if (end.startsWith('parks')) {
  const line = handle.object + PARKED_SENDERS
  waitSync(arena, line, arena.kernel.parkBegin(line))
}
parentPort?.once('message', () => {
  if (end === 'throws') throw new Error('as it was told')
  if (end === 'exits') process.exit(3)
})
