import { show } from '@millrace/notify'
import type { PipelineStats, RecordedStage, RunRecorder } from './api.ts'
import { checkCount, checkOptions } from './options.ts'
import { type Analysis, analyze } from './trace/analysis.ts'
import { toHtml } from './trace/html.ts'
import { type Calls, Recording } from './trace/recording.ts'

export type { Analysis, Gain } from './trace/analysis.ts'
export type { Calls } from './trace/recording.ts'

/** Settings of a trace. */
export interface TraceOptions {
  /** So many calls are kept, the first ones, 34 bytes each; 1,000,000 if not given. */
  readonly mostCalls?: number | undefined
}

/** A trace as plain values. */
export interface TraceJson {
  /** The stages; what calls nothing has neither concurrency nor order. A buffer without a bound is `null` once it is text. */
  readonly stages: readonly RecordedStage[]
  readonly elapsedMs: number
  /** How many calls there was no place for. */
  readonly dropped: number
  /** The figures of the whole run, when it is over. */
  readonly stats?: PipelineStats
  /** The columns of `calls()`, of one length. */
  readonly calls: Readonly<Record<Exclude<keyof Calls, 'length'>, readonly number[]>>
}

/** What happened in a run: hand it to the run as its `trace`. While it goes on, all of this tells of what has happened so far. */
export interface Trace extends RunRecorder {
  /** The calls, in the order in which they began. */
  calls(): Calls
  /** What would have made the run faster. */
  analyze(): Analysis
  /** All that was recorded as plain values, for machines: `JSON.stringify` takes a trace as it is. */
  toJSON(): TraceJson
  /** One page that shows it, without a network: an animation, a timeline, what the bottleneck is, and what would help. */
  toHtml(title?: string): string
}

/**
 * Records a run, to look at it. One trace is for one run.
 *
 * Costs two readings of the clock and a few small objects for each call, and one promise where it gives one.
 * Throws `RangeError` for a wrong option.
 *
 * @example
 * import { from } from '@millrace/pipeline'
 * import { trace } from '@millrace/pipeline/trace'
 *
 * const traced = trace()
 * await from([1, 2, 3]).map(async (n) => n * 2, { name: 'double' }).toArray({ trace: traced })
 * traced.calls().length // => 9
 * traced.toHtml('Doubling').startsWith('<!doctype html>') // => true
 */
export function trace(options?: TraceOptions): Trace {
  checkOptions('trace', options, ['mostCalls'])
  const { mostCalls = 1_000_000 } = options ?? {}
  checkCount('trace: mostCalls', mostCalls, 1)
  return new PipelineTrace(mostCalls)
}

class PipelineTrace extends Recording implements Trace {
  analyze(): Analysis {
    return analyze(this.stages, this.calls())
  }

  toJSON(): TraceJson {
    const { item, stage, beganMs, endedMs, isSync } = this.calls()
    const calls = {
      item: [...item],
      stage: [...stage],
      beganMs: [...beganMs],
      endedMs: [...endedMs],
      isSync: [...isSync],
    }
    const { stages, elapsedMs, dropped, stats } = this
    return { stages, elapsedMs, dropped, ...(stats && { stats }), calls }
  }

  toHtml(title = 'A run of a pipeline'): string {
    if (typeof title !== 'string') throw new TypeError(`toHtml: title: expected a string, got ${show(title)}`)
    return toHtml(this, this.analyze(), title)
  }
}
