import { show } from '@millrace/notify'
import type { PipelineStats, RunOptions, Summary } from './api.ts'
import { Collected } from './collected.ts'
import { abortError, Failure } from './failure.ts'
import type { Settle } from './lineage/ledger.ts'
import type { Failed } from './lineage/lineage.ts'
import type { Cursor } from './lineage/positions.ts'
import { checkCheckpoint, Tracking } from './lineage/tracking.ts'
import { summarize } from './meter.ts'
import { checkCount, checkOptions } from './options.ts'
import type { Output } from './output.ts'
import type { Host, StagePlan } from './plan.ts'
import { type Parts, Schedule } from './schedule.ts'
import { Segments } from './segment.ts'
import { Source } from './source.ts'
import { Stopwatch } from './stopwatch.ts'
import { allOver, type OpenTap } from './taps.ts'

/** What `from` was given. All pipelines built upon it share it, and it is read once. */
interface SourcePlan {
  readonly name: string
  readonly open: OpenTap
  /** Told that nobody will read it. */
  readonly abandon: (() => unknown) | undefined
  /** Told of each item when it is fully processed. */
  readonly settle: Settle | undefined
  /** Whether no `from` was given it: it is made of others, or a branch. */
  readonly isMade?: boolean
  /** What is processed already, and passed over. */
  readonly resume: Cursor | undefined
  taken: boolean
}

/** All of a pipeline, before it runs. */
export interface PipelinePlan {
  readonly source: SourcePlan
  /** How many items the source may fetch ahead. */
  readonly sourceBuffer: number
  readonly stages: readonly StagePlan[]
}

/**
 * One run of a pipeline: makes the parts, starts them a microtask later, and ends once.
 *
 *     made ──▶ started ──▶ succeeded            the output ends, done resolves
 *       └─────────┴──▶ failing ──▶ failed       the output ends with the error, done rejects
 *
 * INVARIANT  from made to the end, and not beyond, there is one listener on the caller's signal.
 */
export class ActiveRun implements Host {
  readonly stopwatch: Stopwatch
  readonly done: Promise<Summary>
  readonly #failure = new Failure()
  /** Undefined where the first failed call fails the run. */
  readonly #collected: Collected | undefined
  /** Undefined where nobody wants to know when an item is processed. */
  readonly #tracking: Tracking | undefined
  readonly #parts: Parts
  readonly #schedule: Schedule
  readonly #settle: PromiseWithResolvers<Summary>
  readonly #callerSignal: AbortSignal | undefined
  readonly #onAbort = (): void => this.fail(this.#callerSignal?.reason)
  #finalStats: PipelineStats | undefined

  constructor(plan: PipelinePlan, openOutput: (host: Host) => Output, options: RunOptions | undefined) {
    checkRunOptions(options)
    if (plan.source.taken) {
      throw new TypeError(
        `run: ${plan.source.name} has been run already; a source is read once, so begin anew with from()`,
      )
    }
    if (options?.checkpoint !== undefined && plan.source.isMade) {
      throw new TypeError(`run: checkpoint: items of ${plan.source.name} have no place in a source to go on from`)
    }
    const isExact = options?.clock !== undefined || options?.trace !== undefined
    this.stopwatch = new Stopwatch(options?.clock, isExact, (error) => this.#failure.fail(error))
    options?.trace?.begin(plan.stages.map(({ name, buffer, calls }) => ({ name, buffer, ...calls })))
    plan.source.taken = true
    this.#collected = options?.errors === 'collect' ? new Collected() : undefined
    const segments = new Segments(plan.stages, this)
    const output = openOutput(this)
    // Nobody can tell how many items a stage makes of one, so those behind it keep their own limits.
    const firstMaker = plan.stages.findIndex(({ isMaker }) => isMaker)
    const isShared = (stage: number): boolean =>
      options?.inFlight !== undefined && (firstMaker < 0 || stage < firstMaker)
    this.#tracking = Tracking.of(plan.source, options ?? {}, this.stopwatch, (error) => this.fail(error))
    this.#parts = {
      source: new Source(
        { open: this.#tracking?.tap(plan.source) ?? plan.source.open, abandon: plan.source.abandon },
        plan.source.name,
        plan.sourceBuffer,
        segments.source,
      ),
      stages: plan.stages.map(({ name, buffer, open }, i) =>
        open(segments.of(i), { name, buffer, isShared: isShared(i), lineage: this.#tracking?.stage(i) }),
      ),
      output,
    }
    this.#tracking?.output(output)
    const entry = plan.stages[0]?.isJoin ? 1 : 0
    this.#schedule = new Schedule(this.#parts, this.#failure, this.stopwatch, options?.inFlight, entry, {
      succeed: () => this.#succeed(),
      stop: () => this.#stop(),
      cut: (stage) => segments.cut(stage),
    })
    this.#settle = Promise.withResolvers<Summary>()
    this.done = this.#settle.promise
    this.done.catch(() => {}) // Whoever does not look at `done` is not told by a crash.
    this.#callerSignal = options?.signal
    this.#callerSignal?.addEventListener('abort', this.#onAbort)
    if (this.#callerSignal?.aborted) this.#onAbort()
    else queueMicrotask(() => this.#start())
  }

  get signal(): AbortSignal {
    return this.#failure.signal
  }

  proceedSoon(): void {
    this.#schedule.proceedSoon()
  }

  proceed(): void {
    this.#schedule.proceed()
  }

  failed(error: unknown): void {
    this.#failure.fail(error)
  }

  fail(error: unknown): void {
    this.failed(error)
    this.proceed() // Also for a later error: with it one call less runs.
  }

  failCall(error: unknown): void {
    if (this.#collected === undefined) this.failed(error)
    else this.#collected.add(error)
  }

  /** Ends the run because its consumer wants no more. Rejects only with what this brings to light: a source that fails to close. */
  async leave(): Promise<void> {
    const left = abortError('The consumer of the pipeline has left')
    const first = this.#failure.fail(left, true)
    this.proceed()
    try {
      await this.done
    } catch (error) {
      if (first && error !== left) throw error
    }
  }

  stats(): PipelineStats {
    if (this.#finalStats !== undefined) return this.#finalStats
    this.stopwatch.tick()
    if (this.#failure.happened) this.proceed() // The clock may have broken; whoever else ticks proceeds by himself.
    const { source, stages, output } = this.#parts
    return {
      elapsedMs: this.stopwatch.elapsedMs,
      source: source.stats(),
      stages: stages.map((stage) => stage.meter.stats()),
      output: output.meter.stats(),
    }
  }

  #start(): void {
    if (this.#failure.happened) return
    this.#parts.source.open()
    this.proceed()
  }

  #succeed(): void {
    this.#failure.seal()
    const { source, stages } = this.#parts
    const isClosed = source.finished && stages.every((stage) => stage.close === undefined)
    if (isClosed && this.#tracking === undefined) this.#settleWell()
    else {
      this.#close(undefined).then(
        () => this.#settleWell(),
        (error) => this.#settleBadly(error),
      )
    }
  }

  #settleWell(): void {
    const summary = summarize(this.#end())
    if (this.#collected?.isAny) this.#settle.reject(this.#collected.toError())
    else this.#settle.resolve(summary)
  }

  #settleBadly(error: unknown): void {
    this.#end()
    this.#settle.reject(error)
  }

  /** Closes what holds something, and then settles what is open. Rejects with the first that fails to. */
  async #close(failed: Failed | undefined): Promise<void> {
    const { source, stages } = this.#parts
    const closing = [source.close(), ...stages.map(async (stage) => stage.close?.())]
    await Promise.allSettled(closing)
    closing.push(this.#tracking?.close(failed) ?? Promise.resolve())
    await allOver(closing)
  }

  async #stop(): Promise<void> {
    await this.#failure.conclude(() => this.#close({ error: this.#failure.error }))
    this.#parts.output.fail(this.#failure.error)
    this.#settleBadly(this.#failure.error)
  }

  #end(): PipelineStats {
    this.#callerSignal?.removeEventListener('abort', this.#onAbort)
    this.#finalStats = this.stats()
    this.#tracking?.end(this.#finalStats)
    return this.#finalStats
  }
}

/** The names of the settings of a run. */
export const RUN_OPTIONS: readonly string[] = ['signal', 'clock', 'errors', 'inFlight', 'checkpoint', 'trace']

/** Throws for wrong settings of a run. */
export function checkRunOptions(options: RunOptions | undefined): void {
  checkOptions('run', options, RUN_OPTIONS)
  const { signal, clock, errors, inFlight, checkpoint, trace } = options ?? {}
  if (checkpoint !== undefined) checkCheckpoint(checkpoint)
  if (trace !== undefined && typeof trace?.began !== 'function') {
    throw new TypeError(`run: trace: expected a trace, got ${show(trace)}`)
  }
  if (inFlight !== undefined) checkCount('run: inFlight', inFlight, 1)
  if (errors !== undefined && errors !== 'fail' && errors !== 'collect') {
    throw new TypeError(`run: errors: expected 'fail' or 'collect', got ${show(errors)}`)
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new TypeError(`run: signal: expected an AbortSignal, got ${show(signal)}`)
  }
  if (clock !== undefined && typeof clock?.now !== 'function') {
    throw new TypeError(`run: clock: expected an object with now(), got ${show(clock)}`)
  }
}
