import type { MessagePort, Transferable } from 'node:worker_threads'
import type { BufferPlaces } from './buffers.ts'
import type { Thrown } from './thrown.ts'

/** What a new thread is given. */
export interface ThreadData {
  /** The thread's end of the channel; the worker's own port stays free for the module of the tasks. */
  readonly port: MessagePort
  /** The module of the tasks. */
  readonly module: string
}

/** Pool to thread. Tuples, because their clones cost less than those of records. */
export type ToThread =
  | readonly ['run', id: number, name: string, args: readonly unknown[], buffers: BufferPlaces | undefined]
  | readonly ['cancel', id: number, reason: Thrown]
  | readonly ['exit']

/** Thread to pool. Each `run` gets one of `done`, `threw` or `uncloneable` with its id. */
export type FromThread =
  | readonly ['ready']
  | readonly ['unloadable', error: Thrown]
  | readonly ['done', id: number, values: readonly [unknown], buffers: BufferPlaces | undefined]
  | readonly ['threw', id: number, error: Thrown]
  | readonly ['uncloneable', id: number, what: 'result' | 'thrown value', error: Thrown]

/** The answers to a `run`. */
export type Answer = Extract<FromThread, readonly ['done' | 'threw' | 'uncloneable', ...unknown[]]>

/** Sends a message. Throws, and has moved nothing, if it cannot be cloned. */
export function post<M extends ToThread | FromThread>(
  port: MessagePort,
  message: M,
  transfer?: readonly object[],
): void {
  if (transfer === undefined) port.postMessage(message)
  else port.postMessage(message, transfer as Transferable[])
}
