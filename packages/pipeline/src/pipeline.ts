import { channel, type Sender, type Value } from '@millrace/mpsc'
import type {
  BatchOptions,
  BatchWhileOptions,
  BranchOptions,
  DedupeOptions,
  DroppingOptions,
  DropSide,
  FlattenOptions,
  FromOptions,
  NameOptions,
  Pipeline,
  RateOptions,
  Run,
  RunOptions,
  SettledSource,
  Stage,
  StageOptions,
  Summary,
  ThreadRunner,
  ThreadsOptions,
  WindowOptions,
} from './api.ts'
import { Branches, type Route } from './branches.ts'
import { abortError } from './failure.ts'
import { iterate } from './iterate.ts'
import { checkSources, handedOut, type Source, zipped } from './join.ts'
import { checkCursor } from './lineage/tracking.ts'
import { atOnce, checkCount, checkFunction, checkName, checkOptions } from './options.ts'
import { ChannelOutput, SinkOutput } from './output.ts'
import type { StagePlan } from './plan.ts'
import { ActiveRun, checkRunOptions, type PipelinePlan, RUN_OPTIONS } from './run.ts'
import { isSettled, UNSETTLED } from './settled.ts'
import { ended, sinkOf, type Target, type ToOptions } from './sinks.ts'
import { batchPlan } from './stages/batch.ts'
import { batchWhilePlan } from './stages/batch-while.ts'
import type { Call } from './stages/call.ts'
import * as calls from './stages/calls.ts'
import { bufferDroppingPlan } from './stages/dropping.ts'
import { flattenPlan } from './stages/flatten.ts'
import * as some from './stages/some.ts'
import { threadsPlan } from './stages/threads.ts'
import { debouncePlan, rateLimitPlan } from './stages/timed.ts'
import { nodeReadable, webReadable } from './streams.ts'
import { allOver, tapOf } from './taps.ts'

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
  source: Iterable<T | PromiseLike<T>> | AsyncIterable<T> | SettledSource<T>,
  options?: FromOptions,
): Pipeline<T> {
  const { items, settle } = isSettled(source) ? source : { items: source, settle: undefined }
  const open = tapOf(items)
  checkOptions('from', options, ['name', 'resume'])
  const { name, resume } = options ?? {}
  checkName('from', name)
  if (resume !== undefined) checkCursor(resume)
  return new PlannedPipeline({
    source: {
      name: name ?? 'source',
      open,
      settle: settle && ((item, ...errors) => settle.call(source, item, ...errors)),
      resume,
      abandon: items instanceof PlannedPipeline ? () => items.abandon() : undefined,
      taken: false,
    },
    sourceBuffer: 0,
    stages: [],
  })
}

/**
 * The builder: each verb gives a new pipeline whose plan is one stage longer.
 *
 * Its types are as wide as they can be; those of the contract tell each verb's items.
 */
class PlannedPipeline<T extends Value> implements Pipeline<T> {
  readonly #plan: PipelinePlan

  constructor(plan: PipelinePlan) {
    this.#plan = plan
  }

  map(fn: Call, options?: StageOptions<T>): Pipeline<never> {
    return this.#with(calls.mapPlan(fn, options, this.#position))
  }

  filter(fn: Call, options?: StageOptions<T>): Pipeline<never> {
    return this.#with(calls.filterPlan(fn, options, this.#position))
  }

  filterMap(fn: Call, options?: StageOptions<T>): Pipeline<never> {
    return this.#with(calls.filterMapPlan(fn, options, this.#position))
  }

  flatMap(fn: Call, options?: StageOptions<T>): Pipeline<never> {
    const { concurrency, ordered, name } = options ?? {}
    return this.#with(calls.mapPlan(fn, options, this.#position, 'flatMap')).#with(
      flattenPlan({ concurrency, ordered, name: name && `${name} items` }, this.#position + 1, 'flatMap'),
    )
  }

  tap(fn: Call, options?: StageOptions<T>): Pipeline<never> {
    return this.#with(calls.tapPlan(fn, options, this.#position))
  }

  scan(
    fn: (state: never, item: never, index: number) => unknown,
    initial: unknown,
    options?: NameOptions,
  ): Pipeline<never> {
    return this.#with(calls.scanPlan(fn, initial, options, this.#position))
  }

  attempt(fn: Call, options?: StageOptions<T>): Pipeline<never> {
    return this.#with(calls.attemptPlan(fn, options, this.#position))
  }

  mapOk(fn: Call, options?: StageOptions<never>): Pipeline<never> {
    return this.#with(calls.mapOkPlan(fn, options, this.#position))
  }

  mapErr(fn: Call, options?: StageOptions<never>): Pipeline<never> {
    return this.#with(calls.mapErrPlan(fn, options, this.#position))
  }

  catch(errors: Sender<never>, options?: NameOptions): Pipeline<never> {
    return this.#with(calls.catchPlan(errors, false, options, this.#position))
  }

  catchAbort(errors: Sender<never>, options?: NameOptions): Pipeline<never> {
    return this.#with(calls.catchPlan(errors, true, options, this.#position))
  }

  threads(pool: ThreadRunner<unknown>, name: string, options?: ThreadsOptions<T>): Pipeline<never> {
    return this.#with(threadsPlan(pool, name, options))
  }

  flatten(options?: FlattenOptions): Pipeline<never> {
    return this.#with(flattenPlan(options, this.#position))
  }

  unbatch(options?: NameOptions): Pipeline<never> {
    return this.#with(flattenPlan(options, this.#position, 'unbatch'))
  }

  batch(size: number, options?: BatchOptions<T>): Pipeline<T[]> {
    return this.#with(batchPlan(size, options, this.#position))
  }

  batchWhile(fn: (state: never, item: never) => unknown, options?: BatchWhileOptions<never>): Pipeline<T[]> {
    return this.#with(batchWhilePlan(fn, options, this.#position))
  }

  window(size: number, options?: WindowOptions): Pipeline<T[]> {
    return this.#with(some.windowPlan(size, options, this.#position))
  }

  take(count: number, options?: NameOptions): Pipeline<T> {
    return this.#with(some.takePlan(count, options, this.#position))
  }

  takeWhile(fn: (item: T, index: number) => unknown, options?: NameOptions): Pipeline<never> {
    return this.#with(some.takeWhilePlan(fn, options, this.#position))
  }

  skip(count: number, options?: NameOptions): Pipeline<T> {
    return this.#with(some.skipPlan(count, options, this.#position))
  }

  enumerate(start = 0, options?: NameOptions): Pipeline<[number, T]> {
    return this.#with(some.enumeratePlan(start, options, this.#position))
  }

  dedupe(options?: DedupeOptions<T>): Pipeline<T> {
    return this.#with(some.dedupePlan(options, this.#position))
  }

  rateLimit(rate: RateOptions): Pipeline<T> {
    return this.#with(rateLimitPlan(rate, this.#position))
  }

  debounce(ms: number, options?: NameOptions): Pipeline<T> {
    return this.#with(debouncePlan(ms, options, this.#position))
  }

  buffer(count: number): Pipeline<T> {
    checkCount('buffer: count', count, 0)
    const { source, sourceBuffer, stages } = this.#plan
    const last = stages.at(-1)
    if (last === undefined) return new PlannedPipeline({ source, sourceBuffer: sourceBuffer + count, stages })
    const wider = { ...last, buffer: last.buffer + count }
    return new PlannedPipeline({ source, sourceBuffer, stages: [...stages.slice(0, -1), wider] })
  }

  bufferDropping(count: number, side: DropSide, options?: DroppingOptions<T>): Pipeline<T> {
    return this.#with(bufferDroppingPlan(count, side, options, this.#position))
  }

  merge(...others: readonly Source[]): Pipeline<never> {
    const all = checkSources('merge', [this, ...others])
    return this.#joined('merge', all, { concurrency: all.length, ordered: false, name: 'merged' })
  }

  concat(...others: readonly Source[]): Pipeline<never> {
    return this.#joined('concat', checkSources('concat', [this, ...others]), { name: 'joined' })
  }

  zip(...others: readonly Source[]): Pipeline<never> {
    const all = checkSources('zip', [this, ...others])
    const source = {
      name: 'zip',
      open: zipped(all.map((each) => tapOf(each, 'zip'))),
      abandon: () => leaveAll(all),
      ...UNSETTLED,
    }
    return new PlannedPipeline<never>({ source, sourceBuffer: 0, stages: [] })
  }

  broadcast(count: number, options?: BranchOptions): readonly Pipeline<T>[] {
    checkCount('broadcast: count', count, 1)
    const every = Array.from({ length: count }, (_, i) => i)
    return this.#branches('broadcast', count, () => every, options)
  }

  partition(isFirst: (item: T) => unknown, options?: BranchOptions): [Pipeline<never>, Pipeline<never>] {
    checkFunction('partition: fn', isFirst)
    const [first, second] = [[0], [1]]
    const [one, two] = this.#branches(
      'partition',
      2,
      (item) => (atOnce('partition: fn', isFirst(item as T)) ? first : second),
      options,
    )
    return [one as Pipeline<never>, two as Pipeline<never>]
  }

  through<R extends Value>(stage: (items: Pipeline<T>) => AsyncIterable<R> | Iterable<R>): Pipeline<R> {
    checkFunction('through: stage', stage)
    return from(stage(this))
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
    return this.#last(fn, options)
  }

  async reduce<S>(
    fn: (state: S, item: T, index: number) => S | PromiseLike<S>,
    initial: S,
    options?: RunOptions,
  ): Promise<S> {
    checkFunction('reduce: fn', fn)
    let state = initial
    await this.#last(async (item, index) => {
      state = await fn(state, item, index)
    }, options)
    return state
  }

  async to(target: Target<T>, options?: ToOptions & RunOptions): Promise<Summary> {
    checkOptions('to', options, ['leaveOpen', ...RUN_OPTIONS])
    const { leaveOpen, ...runOptions } = options ?? {}
    checkRunOptions(runOptions)
    const sink = sinkOf(target, leaveOpen)
    const fill = () => this.#last((item, _, { signal }) => sink.write(item, signal), runOptions)
    return ended(sink, fill, runOptions.signal)
  }

  toReadable<S extends object>(): S {
    return nodeReadable(this) as S
  }

  toReadableStream(): ReadableStream<T> {
    return webReadable(this)
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return iterate(
      (open) => new ActiveRun(this.#plan, open, undefined),
      () => this.abandon(),
    ) as AsyncIterator<T, undefined>
  }

  /** Runs with a last stage whose results are not kept. */
  #last(
    fn: ((item: T, index: number, stage: Stage) => unknown) | undefined,
    options: RunOptions | undefined,
  ): Promise<Summary> {
    const last = fn === undefined ? [] : [calls.forEachPlan(fn, this.#position)]
    const plan = { ...this.#plan, stages: [...this.#plan.stages, ...last] }
    const { done } = new ActiveRun(plan, (host) => new SinkOutput(() => {}, host), options)
    return done.then((summary) => summary) // Its own promise: whoever drops it is told of a failure.
  }

  get #position(): number {
    return this.#plan.stages.length + 1
  }

  #with<Out extends Value>(stage: StagePlan): PlannedPipeline<Out> {
    return new PlannedPipeline<Out>({ ...this.#plan, stages: [...this.#plan.stages, stage] })
  }

  /** The pipeline whose items are those of these sources. Those that nobody gets to are left. */
  #joined(name: string, all: readonly Source[], options: FlattenOptions): PlannedPipeline<never> {
    const open = handedOut(all, leaveAll)
    return new PlannedPipeline({
      source: { name, open, abandon: () => leaveAll(all), ...UNSETTLED },
      sourceBuffer: 0,
      stages: [{ ...flattenPlan(options, 1), isMaker: false, isJoin: true }],
    })
  }

  /** Nobody will read it. */
  async abandon(): Promise<void> {
    const { source } = this.#plan
    if (source.taken) return
    source.taken = true
    await source.abandon?.()
  }

  #branches(verb: string, count: number, route: Route, options: BranchOptions | undefined): Pipeline<T>[] {
    checkOptions(verb, options, ['buffer'])
    const { buffer = 1 } = options ?? {}
    checkCount(`${verb}: buffer`, buffer, 1)
    const branches = new Branches(this, count, route, buffer)
    return branches.all.map((branch, i) => {
      const source = { name: `${verb} ${i + 1}`, open: tapOf(branch), abandon: () => branch.return(), ...UNSETTLED }
      return new PlannedPipeline<T>({ source, sourceBuffer: 0, stages: [] })
    })
  }
}

/** Sources that nobody will read: a branch is told, so that it keeps no other waiting. */
async function leaveAll(sources: readonly Source[]): Promise<void> {
  await allOver(sources.map(async (source) => source instanceof PlannedPipeline && source.abandon()))
}
