import { show } from '@millrace/notify'
import type { PoolMetrics } from './api.ts'
import type { HistogramSnapshot } from './metrics/histogram.ts'
import { metricNames } from './metrics/names.ts'

/** What can be asked how it stands. */
export interface MeteredPool {
  metrics(): PoolMetrics
}

/** The type of the text, for the header `content-type`. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * The metrics of pools in the text format of Prometheus, version 0.0.4; each pool is told apart by the label `pool`.
 *
 * Histograms are in seconds. Costs some microseconds a pool. Names are `millrace_pool_…`. Throws `TypeError` for what is no pool.
 *
 * @example
 * import { taskPool } from '@millrace/pool'
 * import { prometheusText } from '@millrace/pool/prometheus'
 *
 * const pool = taskPool({ concurrency: 4 })
 * await pool.run(() => 'tea')
 * prometheusText({ fetches: pool }).includes('millrace_pool_done_total{pool="fetches"} 1') // => true
 */
export function prometheusText(pools: Readonly<Record<string, MeteredPool>>): string {
  checkPools(pools)
  const all = Object.entries(pools).map(([name, pool]) => [labelOf(name), pool.metrics()] as const)
  const lines = metricNames.flatMap(({ name, help, value }) => [
    ...head(name, help, name.endsWith('_total') ? 'counter' : 'gauge'),
    ...all.map(([label, metrics]) => `millrace_pool_${name}{${label}} ${value(metrics)}`),
  ])
  const timings = [
    ['wait_seconds', 'How long tasks waited for their start.', 'waitUs'],
    ['run_seconds', 'How long runs took.', 'runUs'],
  ] as const
  for (const [name, help, field] of timings) {
    const timed = all.filter(([, metrics]) => metrics.timings !== undefined)
    if (timed.length === 0) continue
    lines.push(...head(name, help, 'histogram'))
    for (const [label, { timings: both }] of timed)
      if (both !== undefined) lines.push(...samples(name, label, both[field]))
  }
  return `${lines.join('\n')}\n`
}

function checkPools(pools: Readonly<Record<string, MeteredPool>>): void {
  // A pool itself has a function of this name.
  if (typeof pools !== 'object' || pools === null || typeof pools['metrics'] === 'function') {
    throw new TypeError(`pools: expected an object of pools by their names, got ${show(pools)}`)
  }
  for (const [name, pool] of Object.entries(pools)) {
    if (typeof pool?.metrics !== 'function') throw new TypeError(`pools.${name}: expected a pool, got ${show(pool)}`)
  }
}

function head(name: string, help: string, type: string): string[] {
  return [`# HELP millrace_pool_${name} ${help}`, `# TYPE millrace_pool_${name} ${type}`]
}

function samples(name: string, label: string, { buckets, count, sum }: HistogramSnapshot): string[] {
  const full = `millrace_pool_${name}`
  return [
    ...buckets.map(({ atMost, count: upTo }) => `${full}_bucket{${label},le="${atMost / 1e6}"} ${upTo}`),
    `${full}_bucket{${label},le="+Inf"} ${count}`,
    `${full}_sum{${label}} ${sum / 1e6}`,
    `${full}_count{${label}} ${count}`,
  ]
}

function labelOf(name: string): string {
  return `pool="${name.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
}
