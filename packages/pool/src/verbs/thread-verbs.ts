import type { WaitOptions } from '@millrace/notify'
import type { ItemStreamOptions, Items, MapOptions, ResultStream, ScopeMetrics, ScopeOptions, Task } from '../api.ts'
import type { PoolCore } from '../core.ts'
import { checkFunction, checkMany, noOptions } from '../options.ts'
import { ScopeCore } from '../scope/scope-core.ts'
import { scopedOf } from '../scope/scoped.ts'
import type { Acceptor, Call, ExportCall, PoolTask, Sink } from '../task.ts'
import type { ThreadExecutor } from '../thread/executor.ts'
import { ItemStream } from '../thread/item-stream.ts'
import { checkCall, checkStream, tryNames } from '../thread/options.ts'
import type {
  AnyTasks,
  StreamNames,
  StreamOptions,
  TaskArguments,
  TaskInput,
  TaskItem,
  TaskNames,
  TaskResult,
  ThreadScope,
  ThreadSubmitOptions,
  ThreadVerbs,
} from '../thread-api.ts'
import { batchOf, cancelAllOf, forEachOf, joinOf, mapOf, streamOf } from './many.ts'
import type { SubmitItem } from './results.ts'

/** A pool whose tasks run on threads. */
export type ThreadCore = PoolCore<ThreadExecutor>

/** The verbs of a pool of threads, or of a scope of it. */
export class ExportVerbs<M = AnyTasks> implements ThreadVerbs<M> {
  readonly #core: ThreadCore
  readonly #acceptor: Acceptor
  readonly #scope: ScopeCore | undefined
  readonly #graceMs: number

  constructor(core: ThreadCore, graceMs: number, scope: ScopeCore | undefined) {
    this.#core = core
    this.#graceMs = graceMs
    this.#scope = scope
    this.#acceptor = scope ?? core
  }

  async submit<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options: ThreadSubmitOptions = noOptions,
  ): Promise<Task<TaskResult<M, K>>> {
    checkCall('submit', name, args, options)
    return (await this.#accept(name, args, options)) as Task<TaskResult<M, K>>
  }

  trySubmit<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options: Omit<ThreadSubmitOptions, 'timeoutMs'> = noOptions,
  ): Task<TaskResult<M, K>> | 'full' | 'closed' {
    checkCall('trySubmit', name, args, options, tryNames)
    const call = callOf(this.#acceptor, options)
    return this.#acceptor.tryAccept({ name, args }, call) as Task<TaskResult<M, K>> | 'full' | 'closed'
  }

  run<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options: ThreadSubmitOptions = noOptions,
  ): Promise<TaskResult<M, K>> {
    let result: Promise<unknown>
    try {
      checkCall('run', name, args, options)
      const accepted = this.#accept(name, args, options)
      result = accepted instanceof Promise ? accepted.then((task) => task.result) : accepted.result
    } catch (error) {
      result = Promise.reject(error)
    }
    return result as Promise<TaskResult<M, K>>
  }

  stream<K extends StreamNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: StreamOptions,
  ): ResultStream<TaskItem<M, K>>
  stream<K extends TaskNames<M>>(
    items: Items<TaskInput<M, K>>,
    name: K,
    options?: ItemStreamOptions,
  ): ResultStream<TaskResult<M, K>>
  stream(
    first: string | Items<unknown>,
    second: unknown,
    options: StreamOptions | ItemStreamOptions = noOptions,
  ): ResultStream<never> {
    if (typeof first === 'string' || typeof second !== 'string') return this.#generate(first, second, options)
    return streamOf(first, this.#submitItem('stream', second, options), options, this.#acceptor.size)
  }

  async map<K extends TaskNames<M>>(
    items: Items<TaskInput<M, K>>,
    name: K,
    options: MapOptions = noOptions,
  ): Promise<TaskResult<M, K>[]> {
    return mapOf(items, this.#submitItem('map', name, options), options, this.#acceptor.size)
  }

  async forEach<K extends TaskNames<M>>(
    items: Items<TaskInput<M, K>>,
    name: K,
    options: MapOptions = noOptions,
  ): Promise<void> {
    return forEachOf(items, this.#submitItem('forEach', name, options), options, this.#acceptor.size)
  }

  async batch<K extends TaskNames<M>>(
    items: Items<TaskInput<M, K> extends readonly (infer T)[] ? T : never>,
    size: number,
    name: K,
    options: MapOptions = noOptions,
  ): Promise<(TaskResult<M, K> extends readonly (infer R)[] ? R : never)[]> {
    return batchOf(items, size, this.#submitItem('batch', name, options), options, this.#acceptor.size)
  }

  join<R>(
    tasks: Iterable<Task<R>>,
    options?: { readonly ordered?: boolean | undefined },
  ): Promise<PromiseSettledResult<R>[]> {
    return joinOf(tasks, options)
  }

  cancel(tasks: Iterable<Task<unknown>>, reason?: unknown): void {
    cancelAllOf(tasks, reason)
  }

  scope(options: ScopeOptions = noOptions): ThreadScope<M> {
    return new ExportScope<M>(this.#core, this.#graceMs, new ScopeCore(this.#core, options, this.#scope))
  }

  async scoped<R>(body: (scope: ThreadScope<M>) => R | Promise<R>, options: ScopeOptions = noOptions): Promise<R> {
    checkFunction('body', body)
    return scopedOf(this.scope(options), body)
  }

  #accept(name: string, args: readonly unknown[], options: ThreadSubmitOptions): PoolTask | Promise<PoolTask> {
    return this.#acceptor.accept({ name, args }, callOf(this.#acceptor, options), options)
  }

  #generate(name: unknown, args: unknown, options: StreamOptions): ResultStream<never> {
    checkStream(name, args, options)
    const { ahead = 16, ...others } = options
    const { signal } = others
    const source = {
      submit: (sink: Sink, leave: AbortSignal) => {
        const own = { ...others, signal: signal ? AbortSignal.any([signal, leave]) : leave }
        const work: ExportCall = { name: name as string, args: args as unknown[] }
        return this.#acceptor.accept(work, callOf(this.#acceptor, own, sink), own)
      },
      tell: (task: PoolTask, message: 'enough' | number) => task.thread?.tell(task, message),
      graceMs: this.#graceMs,
    }
    return new ItemStream(source, ahead)
  }

  #submitItem(verb: 'map' | 'forEach' | 'batch' | 'stream', name: string, options: MapOptions): SubmitItem<unknown> {
    checkCall(verb, name, [])
    checkMany(verb, options)
    const { concurrency: _, ordered: __, ahead: ___, ...others } = options as ItemStreamOptions
    const call = callOf(this.#acceptor, others)
    return (item, _index, onWait) => this.#acceptor.accept({ name, args: [item] }, call, others, onWait)
  }
}

/** Tasks on threads that end together. */
class ExportScope<M> extends ExportVerbs<M> implements ThreadScope<M> {
  readonly #scope: ScopeCore

  constructor(core: ThreadCore, graceMs: number, scope: ScopeCore) {
    super(core, graceMs, scope)
    this.#scope = scope
  }

  get signal(): AbortSignal {
    return this.#scope.signal
  }

  get closed(): boolean {
    return this.#scope.closed
  }

  abort(reason?: unknown): void {
    this.#scope.abort(reason)
  }

  wait(options?: WaitOptions): Promise<void> {
    return this.#scope.wait(options)
  }

  metrics(): ScopeMetrics {
    return this.#scope.metrics()
  }

  monitor(everyMs: number, onMetrics: (metrics: ScopeMetrics) => void): () => void {
    return this.#scope.monitor(everyMs, onMetrics)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#scope.close()
  }
}

/** How an export is called. */
export function callOf({ plain }: Acceptor, options: ThreadSubmitOptions, sink?: Sink): Call {
  if (options === noOptions && sink === undefined) return plain
  const { signal, transfer, runTimeoutMs = plain.runTimeoutMs, priority = 0, key, retry } = options
  // What was moved, or what was told of a stream, cannot be had again.
  const again = transfer === undefined && sink === undefined ? retry : undefined
  return { ...plain, transfer: transfer && [...transfer], signal, runTimeoutMs, sink, priority, key, retry: again }
}
