import { type ThreadPool, type ThreadPoolOptions, threadPool } from '@millrace/pool'
import { onTestFinished, vi } from 'vitest'

export { rejection } from '../../../tooling/testing/waiting.ts'

export type Tasks = typeof import('./fixtures/tasks.ts')

export const tasksUrl: URL = new URL('./fixtures/tasks.ts', import.meta.url)

/** A pool that is gone after the test, whatever the test left in it. */
export function pool(options?: ThreadPoolOptions, module: URL | string = tasksUrl): ThreadPool<Tasks> {
  const made = threadPool<Tasks>(module, options)
  onTestFinished(async () => {
    await made.shutdown({ timeoutMs: 0 })
  })
  return made
}

/** A pool whose threads have loaded the module, so that a submit starts at once while one is free. */
export async function warmPool(options: ThreadPoolOptions & { readonly threads: number }): Promise<ThreadPool<Tasks>> {
  const made = pool({ ...options, maxPending: Math.max(options.threads, options.maxPending ?? 1024) })
  const words = shared()
  await Promise.all(Array.from({ length: options.threads }, () => made.run('meet', [words, options.threads])))
  return made
}

/** Words that every thread sees. */
export function shared(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(12))
}

/** Lets every `hold` of the gate return. */
export function open(gate: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
}

/** Resolves once a thread has changed the word. */
export async function changed(words: Int32Array<SharedArrayBuffer>, index: number, from = 0): Promise<void> {
  await Atomics.waitAsync(words, index, from, 5_000).value
  while (Atomics.load(words, index) === from) await new Promise((resolve) => setImmediate(resolve))
}

/** Keeps this thread busy so long, in a phase of the event loop after which timers come before messages; first of all until a word is changed. */
export function busy(ms: number, words?: Int32Array<SharedArrayBuffer>, index = 0): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      if (words !== undefined) blockUntilChanged(words, index)
      Atomics.wait(shared(), 0, 0, ms)
      resolve()
    })
  })
}

/**
 * Timers that are begun from now on ring only when the answer is called, which lets so much time go by before this thread hears of
 * anything else. Those begun after that are real ones.
 */
export function stopTimers(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  return (ms) => {
    vi.advanceTimersByTime(ms)
    vi.useRealTimers()
  }
}

/** Returns once a thread has changed the word. This one hears of nothing meanwhile. */
export function blockUntilChanged(words: Int32Array<SharedArrayBuffer>, index: number): void {
  Atomics.wait(words, index, 0)
}
