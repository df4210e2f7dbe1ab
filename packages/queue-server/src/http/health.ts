import { startTimer } from '@millrace/notify'
import { QueueError } from '@millrace/queue'
import type { MonitoredEngine } from './api.ts'

/** A queue that nobody makes. Were it there, nothing would happen to it. */
const NO_QUEUE = ' millrace health '
const MOST_MS = 3000

/** Why the engine takes no changes now; `undefined` if it does. Asks for a change of a queue that is not there: only a sound engine says so. */
export async function whyReadOnly(engine: MonitoredEngine): Promise<string | undefined> {
  const late = Promise.withResolvers<string>()
  const stop = startTimer(MOST_MS, () => late.resolve(`the engine did not answer in ${MOST_MS} ms`))
  try {
    return await Promise.race([late.promise, asked(engine)])
  } finally {
    stop()
  }
}

async function asked(engine: MonitoredEngine): Promise<string | undefined> {
  try {
    await engine.resume(NO_QUEUE)
    return undefined
  } catch (error) {
    if (error instanceof QueueError && error.code === 'missing') return undefined
    return error instanceof Error ? error.message : String(error)
  }
}
