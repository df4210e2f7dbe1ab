/** What this package needs of node:worker_threads; a browser has none of it. */
export interface NodeThreads {
  /** The number of the calling thread, 0 for the first. */
  readonly threadId: number
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
}

let own: number | undefined

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
  own ??= 1 + (nodeThreads()?.threadId ?? 2 ** 20 + Math.floor(Math.random() * 2 ** 30))
  return own
}
