import { channel, type Value } from '@millrace/mpsc'
import type {
  Emitted,
  Item,
  NameOptions,
  Pipeline,
  Run,
  RunOptions,
  Stage,
  StageOptions,
  Summary,
  ThreadRunner,
  ThreadsOptions,
} from './api.ts'
import { abortError } from './failure.ts'
import { iterate } from './iterate.ts'
import { checkCount, checkName, checkOptions } from './options.ts'
import { ChannelOutput, SinkOutput } from './output.ts'
import type { StagePlan } from './plan.ts'
import { ActiveRun, type PipelinePlan } from './run.ts'
import { batchPlan } from './stages/batch.ts'
import { filterMapPlan } from './stages/filter-map.ts'
import { forEachPlan } from './stages/for-each.ts'
import { mapPlan } from './stages/map.ts'
import { threadsPlan } from './stages/threads.ts'
import { tapOf } from './taps.ts'

/**
 * Begins a pipeline: its items are those of `source`, one after the other.
 *
 * An iterable may hold promises, which are awaited in turn. A receiver of a channel is taken from and never closed: it belongs to whoever
 * made the channel, and what the pipeline has not taken stays in it. A stream is read as the async iterable it is.
 *
 * @example
 * const lengths = from(['tea', 'milk', 'honey']).map((word) => word.length)
 * await lengths.toArray() // => [3, 4, 5]
 */
export function from<T extends Value>(
  source: Iterable<T | PromiseLike<T>> | AsyncIterable<T>,
  options?: NameOptions,
): Pipeline<T> {
  const open = tapOf(source)
  checkOptions('from', options, ['name'])
  checkName('from', options?.name)
  return new PlannedPipeline({
    source: { name: options?.name ?? 'source', open, taken: false },
    sourceBuffer: 0,
    stages: [],
  })
}

/** The builder: each verb gives a new pipeline whose plan is one stage longer. */
class PlannedPipeline<T extends Value> implements Pipeline<T> {
  readonly #plan: PipelinePlan

  constructor(plan: PipelinePlan) {
    this.#plan = plan
  }

  map<R>(fn: (item: T, index: number, stage: Stage) => Emitted<R>, options?: StageOptions): Pipeline<Item<R>> {
    return this.#with(mapPlan(fn, options, this.#position))
  }

  filterMap<R>(fn: (item: T, index: number, stage: Stage) => R, options?: StageOptions): Pipeline<Item<R>> {
    return this.#with(filterMapPlan(fn, options, this.#position))
  }

  /** Its types are those of the contract, which picks the task's by name. */
  threads(pool: ThreadRunner<unknown>, name: string, options?: ThreadsOptions<T>): Pipeline<never> {
    return this.#with(threadsPlan(pool, name, options))
  }

  batch(size: number, options?: NameOptions): Pipeline<T[]> {
    return this.#with(batchPlan(size, options, this.#position))
  }

  buffer(count: number): Pipeline<T> {
    checkCount('buffer: count', count, 0)
    const { source, sourceBuffer, stages } = this.#plan
    const last = stages.at(-1)
    if (last === undefined) return new PlannedPipeline({ source, sourceBuffer: sourceBuffer + count, stages })
    const wider = { ...last, buffer: last.buffer + count }
    return new PlannedPipeline({ source, sourceBuffer, stages: [...stages.slice(0, -1), wider] })
  }

  run(options?: RunOptions): Run<T> {
    const { sender, receiver } = channel<T>({ capacity: 1 })
    const active = new ActiveRun(this.#plan, (host) => new ChannelOutput(sender, host), options)
    return {
      output: receiver,
      done: active.done,
      abort: (reason = abortError('The pipeline was aborted')) => active.fail(reason),
      stats: () => active.stats(),
      [Symbol.asyncDispose]: () => active.leave(),
    }
  }

  toArray(options?: RunOptions): Promise<T[]> {
    const items: unknown[] = []
    const { done } = new ActiveRun(this.#plan, (host) => new SinkOutput((item) => items.push(item), host), options)
    return done.then(() => items as T[])
  }

  forEach(fn?: (item: T, index: number, stage: Stage) => unknown, options?: RunOptions): Promise<Summary> {
    const { source, sourceBuffer, stages } = this.#plan
    const plan =
      fn === undefined ? this.#plan : { source, sourceBuffer, stages: [...stages, forEachPlan(fn, this.#position)] }
    const { done } = new ActiveRun(plan, (host) => new SinkOutput(() => {}, host), options)
    return done.then((summary) => summary) // Its own promise: whoever drops it is told of a failure.
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return iterate(() => this.run())
  }

  get #position(): number {
    return this.#plan.stages.length + 1
  }

  #with<Out extends Value>(stage: StagePlan): Pipeline<Out> {
    return new PlannedPipeline<Out>({ ...this.#plan, stages: [...this.#plan.stages, stage] })
  }
}
