import type { MessagePort, Transferable } from 'node:worker_threads'
import type { SetupCall } from '../thread-api.ts'
import type { BufferPlaces } from './buffers.ts'
import type { Thrown } from './thrown.ts'

/** What a new thread is given. */
export interface ThreadData {
  /** The thread's end of the channel; the worker's own port stays free for the module of the tasks. */
  readonly port: MessagePort
  /** The memory of the lane. */
  readonly lane: ArrayBufferLike
  /** The module of the tasks. */
  readonly module: string
  /** The export that is called before the first task, if one is. */
  readonly setup: SetupCall | undefined
  /** How long the thread looks for the next task before it waits for a message. */
  readonly spinUs: number
  /** How much heap makes the thread ask to be replaced. */
  readonly maxHeapBytes: number
}

/** Says only that there is something in the lane. The least that can be posted. */
export const LOOK = 0

/** Pool to thread. Tuples, because their clones cost less than those of records. */
export type ToThread =
  | typeof LOOK
  | readonly ['name', number: number, name: string]
  /** The arguments of a task. With `ahead` it is a stream, which may make so many items before the consumer took one. */
  | readonly ['call', position: number, args: readonly unknown[], buffers: BufferPlaces | undefined, ahead: number]
  | readonly ['cancel', position: number, reason: Thrown]
  /** The consumer of a stream took so many items. */
  | readonly ['took', position: number, items: number]
  /** The consumer of a stream wants no more. */
  | readonly ['enough', position: number]
  | readonly ['exit']

/** Thread to pool. */
export type FromThread =
  | typeof LOOK
  /** With the names it exports functions under. */
  | readonly ['ready', exports: readonly string[]]
  | readonly ['unloadable', error: Thrown]
  | readonly ['worn']
  | readonly ['items', position: number, values: readonly unknown[], buffers: BufferPlaces | undefined]
  | Answer

/** The answer to a task that is not in its slot. */
export type Answer =
  | readonly ['done', position: number, values: readonly [unknown], buffers: BufferPlaces | undefined]
  | readonly ['threw', position: number, error: Thrown]
  | readonly ['uncloneable', position: number, what: 'result' | 'item' | 'thrown value', error: Thrown]

/** Sends a message. Throws, and has moved nothing, if it cannot be cloned. */
export function post<M extends ToThread | FromThread>(
  port: MessagePort,
  message: M,
  transfer?: readonly object[],
): void {
  if (transfer === undefined) port.postMessage(message)
  else port.postMessage(message, transfer as Transferable[])
}
