import { turn } from '@millrace/notify'
import type { Items, MapOptions } from '../api.ts'
import type { PoolCore } from '../core.ts'
import { type FunctionRun, isThenable } from '../task/function-run.ts'
import type { Acceptor, Call, PoolTask, TaskBody } from '../task.ts'
import type { RunContext } from '../task-api.ts'
import { Source } from './items.ts'

/** Places for so many results are made at once; behind them, and if nobody knows how many there will be, as they come. */
const MOST_PLACES = 2 ** 20

/** Why a puller that has not started is cancelled: another one has seen the end of the items. */
const NOTHING_LEFT = Symbol('no item is left')

/** Whether items may share the tasks that run them: they are there, and nothing was asked that concerns each alone. */
export function canPull<T>(
  core: PoolCore,
  items: Items<T>,
  { runTimeoutMs = core.plain.runTimeoutMs, key, retry }: MapOptions,
): boolean {
  if (typeof items === 'object' && items !== null && Symbol.asyncIterator in items) return false
  return runTimeoutMs === Number.POSITIVE_INFINITY && key === undefined && retry === undefined
}

/**
 * Maps many items by a few tasks, each of which takes one item after the other: no task, no promise and no place for each item.
 *
 *     puller: item ──▶ body ──▶ item ──▶ body …      somebody else pends ──▶ the puller ends and stands behind him
 *                                  └── no more ──▶ those that have not started are cancelled
 *
 * INVARIANT  a puller has a place of the pool while it runs, so no more bodies run than the pool allows.
 * INVARIANT  when the promise settles, no puller runs any more.
 */
export async function pull<T, R>(
  core: PoolCore,
  acceptor: Acceptor,
  items: Items<T>,
  map: (item: T, index: number, context: RunContext) => R | PromiseLike<R>,
  options: MapOptions,
): Promise<R[]> {
  const { concurrency = acceptor.size, ordered = true, signal, priority = 0 } = options
  const source = new Source(items)
  const work = new PulledWork<T, R>(core, acceptor, source, map, ordered)
  const call: Call = { ...acceptor.plain, signal, priority, isPuller: true }
  const body: TaskBody = (context) => work.run(context as FunctionRun)
  await Promise.all(
    Array.from({ length: Math.min(concurrency, acceptor.size) }, () => puller(acceptor, body, call, work)),
  )
  if (work.failure !== undefined) throw work.failure.error
  return work.all()
}

async function puller<T, R>(acceptor: Acceptor, body: TaskBody, call: Call, work: PulledWork<T, R>): Promise<void> {
  try {
    while (!work.isOver) {
      const accepted = acceptor.accept(body, call, { signal: call.signal }, work.waits)
      const task = accepted instanceof Promise ? await accepted : accepted
      work.began(task)
      await task.result
    }
  } catch (error) {
    if (error !== NOTHING_LEFT) work.fail(error)
  }
}

/** The items of one map, and what came of them. */
export class PulledWork<T, R> {
  failure: { readonly error: unknown } | undefined
  readonly #core: PoolCore
  readonly #acceptor: Acceptor
  readonly #source: Source<T>
  readonly #body: (item: T, index: number, context: RunContext) => R | PromiseLike<R>
  readonly #ordered: boolean
  readonly #results: R[]
  /** Those that were accepted and have not ended. */
  readonly #tasks = new Set<PoolTask>()
  /** Those that wait to be accepted. */
  readonly #waiting = new Set<PoolTask>()
  #index = 0

  constructor(
    core: PoolCore,
    acceptor: Acceptor,
    source: Source<T>,
    body: (item: T, index: number, context: RunContext) => R | PromiseLike<R>,
    ordered: boolean,
  ) {
    this.#core = core
    this.#acceptor = acceptor
    this.#source = source
    this.#body = body
    this.#ordered = ordered
    this.#results = new Array<R>(ordered ? Math.min(source.length, MOST_PLACES) : 0)
  }

  get isOver(): boolean {
    return this.#source.isOver
  }

  /** The results; every item has its own. */
  all(): R[] {
    // An array may have become shorter while it was read.
    this.#results.length = this.#index
    return this.#results
  }

  /** A puller waits for a place. */
  readonly waits = (task: PoolTask): void => {
    this.#waiting.add(task)
  }

  /** A puller was accepted; it runs until its task has ended. */
  began(task: PoolTask): void {
    this.#waiting.delete(task)
    if (task.state !== 'pending' && task.state !== 'running') return
    this.#tasks.add(task)
    task.result.then(
      () => this.#tasks.delete(task),
      () => this.#tasks.delete(task),
    )
    if (this.failure !== undefined) task.cancel(this.failure.error)
  }

  /** Ends the others; the first failure counts. */
  fail(error: unknown): void {
    if (this.failure !== undefined) return
    this.failure = { error }
    this.#source.leave()
    this.#cancel(error)
  }

  /** Takes one item after the other, until there are none or somebody else waits for the place. */
  async run(context: FunctionRun): Promise<void> {
    const { admission } = this.#core
    const acceptor = this.#acceptor
    const source = this.#source
    while (!source.isOver && !context.isCancelled) {
      const item = source.take()
      if (source.isOver) {
        this.#cancel(NOTHING_LEFT, ({ state }) => state === 'pending')
        return
      }
      const index = this.#index++
      acceptor.countItem('submitted')
      try {
        const result = this.#body(item, index, context)
        const settled = isThenable(result) ? await result : result
        this.#count('done', context)
        if (this.#ordered) this.#results[index] = settled
        else this.#results.push(settled)
      } catch (error) {
        this.#count('failed', context)
        throw error
      }
      const due = turn()
      if (due !== undefined) {
        context.isBetweenItems = true
        await due
        context.isBetweenItems = false
      }
      // Whoever knows that nothing is left need not come again to see it.
      if (admission.unstarted > 0 && !source.isEmpty) return
    }
  }

  /** An item has ended; what was cancelled meanwhile is cancelled, whatever it came to, and what was left alone was counted then. */
  #count(how: 'done' | 'failed', context: FunctionRun): void {
    if (!context.isOver) this.#acceptor.countItem(context.isCancelled ? 'cancelled' : how)
  }

  /**
   * Those that wait first: otherwise the end of one that pends would admit one, only to end it then. One that waits here may run
   * by now, since its puller hears later that it was accepted.
   */
  #cancel(reason: unknown, isMeant: (task: PoolTask) => boolean = () => true): void {
    for (const task of [...this.#waiting, ...[...this.#tasks].reverse()]) if (isMeant(task)) task.cancel(reason)
  }
}
