/** What this package needs of node:worker_threads; a browser has none of it. */
export interface NodeThreads {
  /** The number of the calling thread, 0 for the first. */
  readonly threadId: number
  /** What this thread was given by the one that started it, or set itself. */
  getEnvironmentData(key: string): unknown
  /** Gives something to the threads that this one starts, and they to theirs. */
  setEnvironmentData(key: string, value: unknown): void
}

/** The parts of Node's `process` that exist where they exist. */
export interface NodeProcess {
  /** Built-in modules without an import, so that bundles for browsers stay whole. */
  getBuiltinModule?(name: string): unknown
  /** Tells of each worker that this thread starts. */
  on?(event: 'worker', listener: (worker: WorkerLike) => void): unknown
}

/** A worker, as far as its death is concerned. */
export interface WorkerLike {
  /** The number by which its participants are known. */
  readonly threadId: number
  /** Called when the thread is gone. */
  once(event: 'exit', listener: () => void): unknown
  /** Called no more. */
  off(event: 'exit', listener: () => void): unknown
}

/** Under which a thread finds the numbers of the one that started it. */
const KEY = 'millrace.thread'

interface Numbers {
  readonly own: number
  readonly parent: number
}

let numbers: Numbers | undefined

/** Node's process object, if there is one. */
export function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process
}

/** Node's own module of threads, if there is one; a stand-in for `process`, as bundlers leave it in browsers, has none. */
export function nodeThreads(): NodeThreads | undefined {
  return nodeProcess()?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined
}

/** The number of this thread, never 0: Node's thread id + 1, or a random one where threads have no ids. */
export function threadNumber(): number {
  numbers ??= findNumbers()
  return numbers.own
}

/** The number of the thread that started this one, or of the nearest above it that asked for its own; 0 if none did. */
export function parentNumber(): number {
  numbers ??= findNumbers()
  return numbers.parent
}

function findNumbers(): Numbers {
  const threads = nodeThreads()
  if (threads === undefined) return { own: 1 + 2 ** 20 + Math.floor(Math.random() * 2 ** 30), parent: 0 }
  const own = threads.threadId + 1
  const found = threads.getEnvironmentData(KEY) as Numbers | undefined
  // A second copy of this package in the same thread finds the numbers of the first.
  if (found?.own === own) return found
  const mine = { own, parent: found?.own ?? 0 }
  threads.setEnvironmentData(KEY, mine)
  return mine
}
