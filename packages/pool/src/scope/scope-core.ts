import { notify, startTimer, type WaitOptions } from '@millrace/notify'
import type { ScopeMetrics, ScopeOptions, SubmitOptions } from '../api.ts'
import type { PoolCore } from '../core.ts'
import { PoolError } from '../errors.ts'
import { startMonitor } from '../metrics/monitor.ts'
import { checkScope, checkWait } from '../options.ts'
import type { Acceptor, Call, ItemStep, OnWait, Outcome, PoolTask, TaskHolder, Work } from '../task.ts'

/**
 * Tasks that end together.
 *
 *     open ── close, cancel, a failure ──▶ closed ── the last task ends ──▶ quiet
 *
 * INVARIANT  `#open` holds the tasks that have not ended, accepted or not; `#inner` the scopes in this one that may still take some.
 * INVARIANT  nothing of a scope runs after it was disposed of.
 */
export class ScopeCore implements Acceptor, TaskHolder {
  readonly plain: Call
  readonly #core: PoolCore
  readonly #outer: ScopeCore | undefined
  readonly #isCollecting: boolean
  readonly #open = new Set<PoolTask>()
  readonly #inner = new Set<ScopeCore>()
  readonly #quiet = notify()
  readonly #counts = { submitted: 0, done: 0, failed: 0, cancelled: 0 }
  readonly #failures: unknown[] = []
  readonly #controller = new AbortController()
  readonly #monitors = new Set<() => void>()
  readonly #stopTimer: (() => void) | undefined
  readonly #leaveSignal: (() => void) | undefined
  /** Why it was stopped, if from outside. */
  #stopped: { readonly reason: unknown } | undefined
  #isTold = false
  #isClosed = false

  constructor(core: PoolCore, options: ScopeOptions, outer: ScopeCore | undefined) {
    checkScope(options)
    const { signal, timeoutMs, onError } = options
    core.checkOpen()
    outer?.checkOpen()
    this.#core = core
    this.plain = { ...core.plain, scope: this }
    this.#outer = outer
    this.#isCollecting = onError === 'collect'
    if (outer !== undefined) outer.#inner.add(this)
    if (signal !== undefined) {
      const onAbort = (): void => this.#stop(signal.reason)
      if (signal.aborted) onAbort()
      else {
        signal.addEventListener('abort', onAbort)
        this.#leaveSignal = () => signal.removeEventListener('abort', onAbort)
      }
    }
    if (timeoutMs !== undefined) {
      this.#stopTimer = startTimer(timeoutMs, () => {
        this.#stop(new PoolError('timeout', `the scope took more than ${timeoutMs} ms`))
      })
    }
  }

  get size(): number {
    return this.#core.size
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get closed(): boolean {
    return this.#isClosed
  }

  accept(work: Work, call: Call, options: SubmitOptions, onWait?: OnWait): PoolTask | Promise<PoolTask> {
    this.checkOpen()
    return this.#core.accept(work, call, options, onWait)
  }

  countItem(how: ItemStep): void {
    this.#counts[how]++
    this.#core.countItem(how)
  }

  tryAccept(work: Work, call: Call): PoolTask | 'full' | 'closed' {
    return this.#isClosed ? 'closed' : this.#core.tryAccept(work, call)
  }

  checkOpen(): void {
    if (!this.#isClosed) return
    const cause: unknown = this.#failures[0] ?? this.#controller.signal.reason
    throw new PoolError('closed', 'the scope has ended and accepts no task', { cause })
  }

  began(task: PoolTask): void {
    this.#open.add(task)
    if (!task.call.isPuller) this.#counts.submitted++
  }

  ended(task: PoolTask, outcome: Outcome, isCounted: boolean): void {
    this.#open.delete(task)
    if (isCounted) this.#counts[outcome.state]++
    if (outcome.state === 'failed') {
      this.#failures.push(outcome.error)
      if (!this.#isCollecting && this.#failures.length === 1) this.abort(outcome.error)
    }
    this.#rest()
  }

  forgotten(task: PoolTask): void {
    this.#open.delete(task)
    if (!task.call.isPuller) this.#counts.submitted--
    this.#rest()
  }

  abort(reason: unknown = new DOMException('the scope was cancelled', 'AbortError')): void {
    this.#isClosed = true
    if (this.#controller.signal.aborted) return
    this.#controller.abort(reason)
    for (const scope of [...this.#inner]) scope.#stop(reason)
    // The last first: otherwise the end of one that pends would admit one that waits, only to end it then.
    for (const task of [...this.#open].reverse()) task.cancel(reason)
    this.#rest()
  }

  async wait(options?: WaitOptions): Promise<void> {
    const refused = checkWait('wait', options)
    if (refused !== undefined) return refused
    if (this.#isBusy) await this.#quiet.wait(options)
    this.#tell()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const scope of [...this.#inner]) scope.#isClosed = true
    if (this.#isBusy) await this.#quiet.wait()
    this.#rest()
    if (!this.#isTold) this.#tell()
  }

  metrics(): ScopeMetrics {
    const { done, failed } = this.#counts
    return { ...this.#counts, open: this.#open.size, successRate: done + failed === 0 ? 1 : done / (done + failed) }
  }

  monitor(everyMs: number, onMetrics: (metrics: ScopeMetrics) => void): () => void {
    const stop = startMonitor(everyMs, onMetrics, () => this.metrics())
    this.#monitors.add(stop)
    return () => {
      this.#monitors.delete(stop)
      stop()
    }
  }

  #stop(reason: unknown): void {
    if (this.#controller.signal.aborted) return
    this.#stopped = { reason }
    this.abort(reason)
  }

  get #isBusy(): boolean {
    if (this.#open.size > 0) return true
    for (const scope of this.#inner) if (scope.#isBusy) return true
    return false
  }

  #rest(): void {
    if (this.#isBusy) return
    if (this.#isClosed) {
      this.#stopTimer?.()
      this.#leaveSignal?.()
      for (const stop of this.#monitors) stop()
      if (this.#outer !== undefined) this.#outer.#inner.delete(this)
    }
    this.#quiet.notifyAll()
    if (this.#outer !== undefined) this.#outer.#rest()
  }

  #tell(): void {
    if (this.#stopped === undefined && this.#failures.length === 0) return
    this.#isTold = true
    if (this.#stopped !== undefined) throw this.#stopped.reason
    if (!this.#isCollecting) throw this.#failures[0]
    throw new AggregateError(this.#failures, `${this.#failures.length} tasks of the scope failed`)
  }
}
