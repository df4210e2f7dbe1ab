import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { attachArena, type ObjectHandle, STATE, words } from '@millrace/atomics'
import { onTestFinished } from 'vitest'
import { until } from '../../../tooling/testing/waiting.ts'
import {
  type SharedLatch,
  type SharedNotify,
  type SharedSemaphore,
  sharedLatch,
  sharedNotify,
  sharedSemaphore,
} from '../src/shared.ts'
import type { Given, Verb } from './fixtures/thread.worker.ts'

export { turn as idle, until } from '../../../tooling/testing/waiting.ts'

/** How many listeners a notify has in all threads. */
export function listeners(handle: ObjectHandle): number {
  return state(handle) & 0xffff
}

/** How many wakes a notify has that nobody took. */
export function wakes(handle: ObjectHandle): number {
  return state(handle) >>> 16
}

/** Whether somebody sleeps at one of the lines. */
export function sleeps(handle: ObjectHandle, line: number): boolean {
  return words.load(attachArena(handle.memory), handle.object + line) === 1
}

/** A thread that does what it is told. */
export interface Thread {
  readonly worker: Worker
  /** What it has told so far. */
  readonly told: readonly string[]
  do(verb: Verb): void
  /** Tells it, and resolves when it is done. */
  finish(verb: Verb): Promise<void>
}

/** One of each. */
export interface Each {
  readonly notify: SharedNotify
  readonly semaphore: SharedSemaphore
  readonly latch: SharedLatch
}

/** One of each, in shared memory, gone after the test. */
export function given(permits = 2): Each {
  const made = { notify: sharedNotify(), semaphore: sharedSemaphore(permits), latch: sharedLatch() }
  onTestFinished(() => {
    for (const each of Object.values(made)) each[Symbol.dispose]()
  })
  return made
}

/** A thread attached to all of them, gone after the test. */
export async function thread(to: Each): Promise<Thread> {
  const workerData: Given = { notify: to.notify.handle, semaphore: to.semaphore.handle, latch: to.latch.handle }
  const worker = new Worker(new URL('./fixtures/thread.worker.ts', import.meta.url), { workerData })
  onTestFinished(async () => {
    await worker.terminate()
  })
  const told: string[] = []
  worker.on('message', (word: string) => told.push(word))
  await once(worker, 'online')
  return {
    worker,
    told,
    do: (verb) => worker.postMessage(verb),
    finish: async (verb) => {
      const count = told.length
      worker.postMessage(verb)
      await until(() => told.length > count)
    },
  }
}

/** Resolves once nobody holds a permit. */
export function allBack(semaphore: SharedSemaphore): Promise<void> {
  return until(() => semaphore.available === semaphore.capacity)
}

function state({ memory, object }: ObjectHandle): number {
  return words.load(attachArena(memory), object + STATE)
}
