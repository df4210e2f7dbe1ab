/** A process of its own: does it end when it should? */
import { Worker } from 'node:worker_threads'
import { arena } from '../../src/arena.ts'
import { PARKED_RECEIVERS } from '../../src/kernel/layout.ts'
import { bareObject } from '../../src/objects.ts'
import { waitForWake } from '../../src/wait.ts'

const own = arena()
const object = bareObject(own)
const line = object + PARKED_RECEIVERS
const stop = waitForWake(own, line, own.kernel.parkBegin(line), () => console.log('woken'))
if (process.argv[2] !== 'wait') stop()
if (process.argv[2] !== 'idle') {
  // It holds nothing alive itself.
  new Worker(new URL('./wake.worker.ts', import.meta.url), { workerData: { handle: own.handle(object) } }).unref()
}
