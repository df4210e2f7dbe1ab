import { show } from '@millrace/notify'
import type { Meter } from '@opentelemetry/api'
import type { PoolMetrics } from './api.ts'
import type { HistogramSnapshot } from './metrics/histogram.ts'
import { metricNames } from './metrics/names.ts'

/** What is told of how long tasks waited and ran, by quantile. */
const QUANTILES: readonly (readonly [quantile: number, value: (snapshot: HistogramSnapshot) => number])[] = [
  [0.5, ({ p50 }) => p50],
  [0.9, ({ p90 }) => p90],
  [0.99, ({ p99 }) => p99],
  [1, ({ max }) => max],
]

/**
 * Has a meter of OpenTelemetry observe a pool, until the answer is called: the pool is asked once for each collection.
 *
 * Names are `millrace.pool.…`, with the attribute `pool`; `wait` and `run` are in seconds since the pool was made, with the attribute
 * `quantile`. Needs the package `@opentelemetry/api`.
 *
 * @example
 * import { metrics } from '@opentelemetry/api'
 * import { taskPool } from '@millrace/pool'
 * import { observePool } from '@millrace/pool/opentelemetry'
 *
 * const pool = taskPool({ concurrency: 4 })
 * const stop = observePool(metrics.getMeter('my-service'), 'fetches', pool)
 * stop()
 */
export function observePool(meter: Meter, name: string, pool: { metrics(): PoolMetrics }): () => void {
  if (typeof pool?.metrics !== 'function') throw new TypeError(`pool: expected a pool, got ${show(pool)}`)
  const observed = metricNames.map(({ name: metric, help, value }) => {
    const isCounter = metric.endsWith('_total')
    const full = `millrace.pool.${metric.replace(/_total$/, '')}`
    const options = { description: help }
    const instrument = isCounter
      ? meter.createObservableCounter(full, options)
      : meter.createObservableGauge(full, options)
    return { instrument, value }
  })
  const wait = meter.createObservableGauge('millrace.pool.wait', {
    description: 'How long tasks waited for their start.',
    unit: 's',
  })
  const run = meter.createObservableGauge('millrace.pool.run', { description: 'How long runs took.', unit: 's' })
  const instruments = [...observed.map(({ instrument }) => instrument), wait, run]
  const attributes = { pool: name }
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const metrics = pool.metrics()
    for (const { instrument, value } of observed) result.observe(instrument, value(metrics), attributes)
    const { timings } = metrics
    if (timings === undefined) return
    for (const [quantile, value] of QUANTILES) {
      result.observe(wait, value(timings.waitUs) / 1e6, { ...attributes, quantile })
      result.observe(run, value(timings.runUs) / 1e6, { ...attributes, quantile })
    }
  }
  meter.addBatchObservableCallback(observe, instruments)
  return () => meter.removeBatchObservableCallback(observe, instruments)
}
