/** What it means for a task that it cannot be lent, that its run ended, or that its thread did. */
import { PoolError } from '../errors.ts'
import type { Outcome, PoolTask } from '../task.ts'
import type { Answered, Death, Thread } from './api.ts'
import { unpack } from './buffers.ts'
import { textOf, unpackThrown } from './thrown.ts'

/** The outcome a thread answered. */
export function outcomeOf(task: PoolTask, answered: Answered): Outcome {
  if ('value' in answered) return { state: 'done', value: answered.value }
  const answer = answered.message
  if (answer[0] === 'done') return { state: 'done', value: unpack(answer[2], answer[3])[0] }
  if (answer[0] === 'threw') return { state: 'failed', error: unpackThrown(answer[2]) }
  return {
    state: 'failed',
    error: unsendable(task, answer[2] === 'item' ? 'an item' : `the ${answer[2]}`, unpackThrown(answer[3])),
  }
}

/** The outcome of a task whose thread died. */
export function outcomeOfDeath(task: PoolTask, { cause, exitCode }: Death): Outcome {
  const how = cause === undefined ? `exited with code ${exitCode}` : `died: ${textOf(cause)}`
  const message = `the thread of task "${task.name}" ${how}`
  const error = new PoolError('crashed', message, { ...(cause !== undefined && { cause }), exitCode })
  return { state: 'failed', error }
}

/** Lends a task, or says why the thread cannot have it. What is moved with a task is gone, so only one that can run is lent. */
export function tryLend(thread: Thread, task: PoolTask): unknown {
  const missing = task.call.transfer && thread.missing(task)
  if (missing !== undefined) return missing
  try {
    thread.lend(task)
    return undefined
  } catch (error) {
    return unsendable(task, 'an argument', error)
  }
}

/** Something of the task that cannot be sent between threads. */
function unsendable(task: PoolTask, what: string, cause: unknown): PoolError {
  return new PoolError('uncloneable', `${what} of task "${task.name}" cannot be cloned: ${textOf(cause)}`, { cause })
}
