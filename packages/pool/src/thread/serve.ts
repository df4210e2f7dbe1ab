/** The inside of a thread: loads the module of the tasks, sets it up, and opens the desk. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { getHeapStatistics } from 'node:v8'
import { thrownOrText } from './answers.ts'
import { type TaskContext, taskContexts } from './context.ts'
import { Desk } from './desk.ts'
import { Exports } from './exports.ts'
import { Lane } from './lane.ts'
import { post, type ThreadData } from './messages.ts'

/** The heap is looked at no more often: that takes a few microseconds. */
const WEAR_MS = 50

/** Loads the module and serves its functions until told to exit. */
export async function serve({ port, lane, module, setup, spinUs, maxHeapBytes }: ThreadData): Promise<void> {
  const contexts = new AsyncLocalStorage<TaskContext>()
  Reflect.set(globalThis, taskContexts, contexts)
  let isWorn = false
  let lookedAt = 0
  const onRest = (): void => {
    if (maxHeapBytes === Number.POSITIVE_INFINITY || isWorn || performance.now() - lookedAt < WEAR_MS) return
    lookedAt = performance.now()
    const { used_heap_size: used, external_memory: external } = getHeapStatistics()
    isWorn = used + external > maxHeapBytes
    if (isWorn) post(port, ['worn'])
  }
  try {
    const exports = new Exports(module, await settles(import(module), 'a top-level await in it never settles'))
    if (setup !== undefined) {
      const { name, args = [] } = setup
      await settles(Promise.resolve(exports.find(name)(...args)), `its setup "${name}" never settles`)
    }
    new Desk({ port, lane: new Lane(lane), exports, contexts, spinUs, onRest }).open()
  } catch (error) {
    post(port, ['unloadable', thrownOrText(error)])
    process.exit(1)
  }
}

// With nothing left to do while the module loads, Node would end the thread without a word.
async function settles<T>(promise: Promise<T>, complaint: string): Promise<T> {
  const stuck = Promise.withResolvers<never>()
  const onStuck = (): void => stuck.reject(new Error(complaint))
  process.once('beforeExit', onStuck)
  try {
    return await Promise.race([promise, stuck.promise])
  } finally {
    process.off('beforeExit', onStuck)
  }
}
