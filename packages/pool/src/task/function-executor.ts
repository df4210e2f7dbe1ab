import { AsyncResource } from 'node:async_hooks'
import { startTimer, turn, WaitList } from '@millrace/notify'
import type { Executor, ExecutorOwner } from '../core.ts'
import { PoolError } from '../errors.ts'
import type { Outcome, PoolTask } from '../task.ts'
import { FunctionRun } from './function-run.ts'

/**
 * Runs functions of the caller's in this event loop, at most so many at a time.
 *
 *     admission ── dispatch() ──▶ begin, in the context of the submit ──▶ body ──▶ ended
 *
 * INVARIANT  at most `#size` bodies run, those that were cancelled and have not stopped included.
 */
export class FunctionExecutor implements Executor {
  readonly #owner: ExecutorOwner
  readonly #graceMs: number
  /** The tasks that run. */
  readonly #tasks = new WaitList<PoolTask>()
  #size: number
  #running = 0
  #isDispatching = false

  constructor(size: number, graceMs: number, owner: ExecutorOwner) {
    this.#size = size
    this.#graceMs = graceMs
    this.#owner = owner
  }

  get running(): number {
    return this.#running
  }

  get length(): number {
    return this.#running
  }

  get workers(): number {
    return this.#size
  }

  // Functions that do not wait end inside of the loop, and what waits behind them starts in it: no recursion, and a turn now and then.
  dispatch(now?: number): void {
    if (this.#isDispatching) return
    this.#isDispatching = true
    for (let at = now; this.#running < this.#size; at = undefined) {
      const task = this.#owner.admission.lend()
      if (task === undefined) break
      this.#start(task, at)
      const due = turn()
      if (due === undefined) continue
      due.then(this.#goOn)
      return
    }
    this.#isDispatching = false
  }

  readonly #goOn = (): void => {
    this.#isDispatching = false
    this.dispatch()
  }

  #start(task: PoolTask, now: number | undefined): void {
    this.#running++
    task.state = 'running'
    this.#owner.admission.started(task)
    this.#owner.started(task, now)
    const { context } = task
    if (context === undefined) this.#run(task)
    else context.runInAsyncScope(this.#run, this, task)
  }

  prepare(task: PoolTask): void {
    task.context ??= new AsyncResource('millrace.task')
  }

  cancel(task: PoolTask, reason: unknown): void {
    if (task.state === 'pending') {
      this.#owner.admission.withdraw(task)
      this.#owner.ended(task, { state: 'cancelled', error: reason })
      this.dispatch()
      return
    }
    task.run?.cancel(reason)
  }

  cancelAll(reason: unknown): void {
    const runs: FunctionRun[] = []
    for (let task = this.#tasks.first; task !== undefined; task = task.next as PoolTask | undefined)
      runs.push(task.run as FunctionRun)
    for (const run of runs) {
      run.cancel(reason)
      // Nobody can end a function; whoever waits for the pool is told after the grace, and it is left alone.
      if (run.isOver) continue
      run.stopTimer?.()
      run.stopTimer = startTimer(this.#graceMs, () => this.#leaveAlone(run, reason))
    }
  }

  hearAll(): void {}

  pause(): void {}

  resize(size: number): void {
    this.#size = size
  }

  async stop(): Promise<void> {}

  #run(task: PoolTask): void {
    const run = new FunctionRun(task)
    task.run = run
    this.#tasks.add(task)
    const { runTimeoutMs } = task.call
    if (runTimeoutMs !== Number.POSITIVE_INFINITY) {
      run.stopTimer = startTimer(runTimeoutMs, () => {
        run.cancel(new PoolError('timeout', `task "${task.name}" ran for more than ${runTimeoutMs} ms`))
      })
    }
    run.start(this.#onEnded)
  }

  readonly #onEnded = (run: FunctionRun, outcome: Outcome): void => {
    if (run.isOver) return
    this.#left(run)
    const now = this.#owner.ended(run.task, outcome)
    this.dispatch(now)
  }

  #leaveAlone(run: FunctionRun, reason: unknown): void {
    if (run.isOver) return
    this.#left(run)
    this.#owner.ended(run.task, { state: 'cancelled', error: reason }, run.isBetweenItems ? undefined : 'killed')
  }

  #left(run: FunctionRun): void {
    this.#tasks.remove(run.task)
    run.task.run = undefined
    this.#running--
  }
}
