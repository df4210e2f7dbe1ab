import type { WaitOptions } from '@millrace/notify'
import type {
  ItemStreamOptions,
  Items,
  MapOptions,
  ResultStream,
  ScopeMetrics,
  ScopeOptions,
  SubmitOptions,
  Task,
} from '../api.ts'
import type { PoolCore } from '../core.ts'
import { checkFunction, checkMany, checkSubmit, noOptions, submitOptionNames, tryOptionNames } from '../options.ts'
import { ScopeCore } from '../scope/scope-core.ts'
import { scopedOf } from '../scope/scoped.ts'
import type { Acceptor, Call, TaskBody } from '../task.ts'
import type { RunContext, TaskScope, TaskVerbs } from '../task-api.ts'
import { batchOf, cancelAllOf, forEachOf, joinOf, mapOf, streamOf } from './many.ts'
import { canPull, pull } from './pull.ts'
import type { SubmitItem } from './results.ts'

/** The verbs of a pool of functions, or of a scope of it. */
export class FunctionVerbs implements TaskVerbs {
  readonly #core: PoolCore
  readonly #acceptor: Acceptor
  readonly #scope: ScopeCore | undefined

  constructor(core: PoolCore, scope: ScopeCore | undefined) {
    this.#core = core
    this.#scope = scope
    this.#acceptor = scope ?? core
  }

  async submit<R>(
    body: (context: RunContext) => R | PromiseLike<R>,
    options: SubmitOptions = noOptions,
  ): Promise<Task<R>> {
    return (await this.#acceptor.accept(body as TaskBody, this.#call('submit', body, options), options)) as Task<R>
  }

  trySubmit<R>(
    body: (context: RunContext) => R | PromiseLike<R>,
    options: Omit<SubmitOptions, 'timeoutMs'> = noOptions,
  ): Task<R> | 'full' | 'closed' {
    return this.#acceptor.tryAccept(body as TaskBody, this.#call('trySubmit', body, options)) as
      | Task<R>
      | 'full'
      | 'closed'
  }

  run<R>(body: (context: RunContext) => R | PromiseLike<R>, options: SubmitOptions = noOptions): Promise<R> {
    try {
      const accepted = this.#acceptor.accept(body as TaskBody, this.#call('run', body, options), options)
      return (accepted instanceof Promise ? accepted.then((task) => task.result) : accepted.result) as Promise<R>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  stream<T, R>(
    items: Items<T>,
    body: (item: T, index: number, context: RunContext) => R | PromiseLike<R>,
    options: ItemStreamOptions = noOptions,
  ): ResultStream<R> {
    checkFunction('body', body)
    checkMany('stream', options)
    return streamOf<T, R>(items, this.#submitItem(body, options), options, this.#acceptor.size)
  }

  async map<T, R>(
    items: Items<T>,
    body: (item: T, index: number, context: RunContext) => R | PromiseLike<R>,
    options: MapOptions = noOptions,
  ): Promise<R[]> {
    checkFunction('body', body)
    checkMany('map', options)
    if (canPull(this.#core, items, options)) return pull<T, R>(this.#core, this.#acceptor, items, body, options)
    return mapOf<T, R>(items, this.#submitItem(body, options), options, this.#acceptor.size)
  }

  async forEach<T>(
    items: Items<T>,
    body: (item: T, index: number, context: RunContext) => unknown,
    options: MapOptions = noOptions,
  ): Promise<void> {
    checkFunction('body', body)
    checkMany('forEach', options)
    return forEachOf(items, this.#submitItem(body, options), options, this.#acceptor.size)
  }

  async batch<T, R>(
    items: Items<T>,
    size: number,
    body: (items: T[], index: number, context: RunContext) => readonly R[] | PromiseLike<readonly R[]>,
    options: MapOptions = noOptions,
  ): Promise<R[]> {
    checkFunction('body', body)
    checkMany('batch', options)
    return batchOf<T, R>(items, size, this.#submitItem(body, options), options, this.#acceptor.size)
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

  scope(options: ScopeOptions = noOptions): TaskScope {
    return new FunctionScope(this.#core, new ScopeCore(this.#core, options, this.#scope))
  }

  async scoped<R>(body: (scope: TaskScope) => R | Promise<R>, options: ScopeOptions = noOptions): Promise<R> {
    checkFunction('body', body)
    return scopedOf(this.scope(options), body)
  }

  #submitItem<T>(
    body: (item: T, index: number, context: RunContext) => unknown,
    { concurrency: _, ordered: __, ...options }: MapOptions,
  ): SubmitItem<T> {
    const { ahead: ___, ...others } = options as ItemStreamOptions
    const call = callOf(this.#acceptor, others)
    return (item, index, onWait) => {
      const work: TaskBody = (context) => body(item, index, context as RunContext)
      return this.#acceptor.accept(work, call, others, onWait)
    }
  }

  #call(verb: string, body: unknown, options: SubmitOptions): Call {
    checkFunction('body', body)
    if (options === noOptions) return this.#acceptor.plain
    checkSubmit(verb, options, verb === 'trySubmit' ? tryOptionNames : submitOptionNames)
    return callOf(this.#acceptor, options)
  }
}

/** Functions that end together. */
class FunctionScope extends FunctionVerbs implements TaskScope {
  readonly #scope: ScopeCore

  constructor(core: PoolCore, scope: ScopeCore) {
    super(core, scope)
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

/** How a function is run. */
function callOf({ plain }: Acceptor, options: SubmitOptions): Call {
  const { signal, runTimeoutMs = plain.runTimeoutMs, priority = 0, key, retry } = options
  return { ...plain, signal, runTimeoutMs, priority, key, retry }
}
