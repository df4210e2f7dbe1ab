import type { Meter } from '@opentelemetry/api'
import type { PoolMetrics } from './api.ts'
import { metricNames } from './metrics/names.ts'

/**
 * Has a meter of OpenTelemetry observe a pool, until the answer is called: the pool is asked once for each collection.
 *
 * Names are `millrace.pool.…`, with the attribute `pool`. Needs the package `@opentelemetry/api`.
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
  const observed = metricNames.map(({ name: metric, help, value }) => {
    const isCounter = metric.endsWith('_total')
    const full = `millrace.pool.${metric.replace(/_total$/, '')}`
    const options = { description: help }
    const instrument = isCounter
      ? meter.createObservableCounter(full, options)
      : meter.createObservableGauge(full, options)
    return { instrument, value }
  })
  const instruments = observed.map(({ instrument }) => instrument)
  const attributes = { pool: name }
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const metrics = pool.metrics()
    for (const { instrument, value } of observed) result.observe(instrument, value(metrics), attributes)
  }
  meter.addBatchObservableCallback(observe, instruments)
  return () => meter.removeBatchObservableCallback(observe, instruments)
}
