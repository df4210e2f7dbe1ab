import type { RunRecorder } from './api.ts'
import { checkCount, checkOptions, show } from './options.ts'
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

/** What happened in a run: hand it to the run as its `trace`. While it goes on, all of this tells of what has happened so far. */
export interface Trace extends RunRecorder {
  /** The calls, in the order in which they began. */
  calls(): Calls
  /** What would have made the run faster. */
  analyze(): Analysis
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

  toHtml(title = 'A run of a pipeline'): string {
    if (typeof title !== 'string') throw new TypeError(`toHtml: title: expected a string, got ${show(title)}`)
    return toHtml(this, this.analyze(), title)
  }
}
