import { type MessagePort, Worker } from 'node:worker_threads'
import type { ThreadPlan } from './api.ts'
import { flagsForThreads } from './flags.ts'
import type { Lane } from './lane.ts'
import type { ThreadData } from './messages.ts'

/** Timers of Node are no longer. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** Starts a thread that takes its tasks out of the lane and hears the port. Throws what keeps the system from it. */
export function launch({ worker, module, settings }: ThreadPlan, lane: Lane, port: MessagePort): Worker {
  const data: ThreadData = {
    port,
    lane: lane.memory,
    module: module.href,
    setup: settings.setup,
    spinUs: settings.spinUs,
    maxHeapBytes: settings.maxHeapBytes,
  }
  return new Worker(worker, {
    workerData: data,
    transferList: [port],
    name: settings.name,
    ...flagsForThreads(),
    ...(settings.resourceLimits && { resourceLimits: settings.resourceLimits }),
  })
}

/** Calls back once when a module has taken too long to load, unless stopped. Keeps no process alive. */
export function limitLoad(ms: number, onLate: (error: Error) => void): () => void {
  if (ms > LONGEST_DELAY_MS) return () => {}
  const late = (): void => onLate(new Error(`it took more than ${ms} ms to load and set up`))
  const timer = setTimeout(late, ms).unref()
  return () => clearTimeout(timer)
}
