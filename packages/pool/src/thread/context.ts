/** Where a task finds itself, and how it hands over what it made; the public part is re-exported by `@millrace/pool/thread`. */
import type { AsyncLocalStorage } from 'node:async_hooks'

/** The task that the calling code belongs to. */
export interface TaskContext {
  /** Its number in the pool. */
  readonly id: number
  /** The export it calls. */
  readonly name: string
  /** Aborts when the task is cancelled. A task that does not stop within the pool's `cancelGraceMs` loses its thread. */
  readonly signal: AbortSignal
}

/**
 * The task that the calling code belongs to, also after its awaits.
 *
 * Outside of a pool's thread it has id 0 and a signal that never aborts, so that a task function can be called
 * directly. In a thread but outside of a task, say while the module loads, it throws `TypeError`.
 *
 * @example
 * import { task } from '@millrace/pool/thread'
 *
 * export function countTo(limit: number): number {
 *   let count = 0
 *   while (count < limit && !task().signal.aborted) count++
 *   return count
 * }
 *
 * countTo(3) // => 3
 */
export function task(): TaskContext {
  const inline = (Reflect.get(globalThis, inlineContexts) as Contexts | undefined)?.getStore()
  if (inline !== undefined) return inline
  const contexts = Reflect.get(globalThis, taskContexts) as Contexts | undefined
  if (contexts === undefined) return outside
  const context = contexts.getStore()
  if (context === undefined) throw new TypeError('task: no task runs here; call it inside of a task function')
  return context
}

/** A result some parts of which are moved; the caller receives `value`. */
export interface Moved<T> {
  /** The result. */
  readonly value: T
  /** What is moved. */
  readonly transfer: readonly object[]
  /** Marks the record, also between ESM and CJS copies of this module. */
  readonly [moved]: true
}

/**
 * Returned from a task, gives `value` to the caller and moves what `transferList` names, without a copy.
 *
 * @example
 * import { move } from '@millrace/pool/thread'
 *
 * export function zeros(length: number) {
 *   const bytes = new Uint8Array(length)
 *   return move(bytes, [bytes.buffer])
 * }
 */
export function move<T>(value: T, transferList: readonly object[]): Moved<T> {
  if (!Array.isArray(transferList)) throw new TypeError(`transferList: expected an array, got ${typeof transferList}`)
  return { value, transfer: [...transferList], [moved]: true }
}

/** The mark of `move`. */
export const moved: unique symbol = Symbol.for('@millrace/pool.moved') as typeof moved

/** Where the thread keeps the contexts of its tasks; a global, since ESM and CJS copies of this module share a thread. */
export const taskContexts: unique symbol = Symbol.for('@millrace/pool.tasks') as typeof taskContexts

/** Where a thread keeps the contexts of tasks that a pool of its own runs in it. */
export const inlineContexts: unique symbol = Symbol.for('@millrace/pool.inline') as typeof inlineContexts

type Contexts = AsyncLocalStorage<TaskContext>

const outside: TaskContext = { id: 0, name: '', signal: new AbortController().signal }
