/** A thread that is told of its arena after it was started, attaches a sender and exits. */
import { parentPort } from 'node:worker_threads'
import type { ObjectHandle } from '../../src/api.ts'
import { attachArena } from '../../src/arena.ts'

parentPort?.once('message', (handle: ObjectHandle) => {
  attachArena(handle.memory).attach(handle, 1, 0)
  process.exit(0)
})
