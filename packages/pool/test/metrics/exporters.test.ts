import { taskPool } from '@millrace/pool'
import { observePool } from '@millrace/pool/opentelemetry'
import { prometheusText } from '@millrace/pool/prometheus'
import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { Histogram } from '../../src/metrics/histogram.ts'

describe('prometheusText', () => {
  test('tells all counts of each pool, and timings in seconds', async () => {
    const [fetches, others] = [taskPool({ concurrency: 2 }), taskPool({ concurrency: 1, metrics: false })]
    await fetches.run(() => 1)
    const text = prometheusText({ fetches, 'a "b"\\': others })
    expect(text).toContain('# TYPE millrace_pool_done_total counter\nmillrace_pool_done_total{pool="fetches"} 1\n')
    expect(text).toContain('millrace_pool_size{pool="a \\"b\\"\\\\"} 1\n')
    expect(text).toContain('# TYPE millrace_pool_run_seconds histogram\n')
    expect(text).toContain('millrace_pool_run_seconds_bucket{pool="fetches",le="0.00001"} ')
    expect(text).toContain('millrace_pool_run_seconds_bucket{pool="fetches",le="+Inf"} 1\n')
    expect(text).toContain('millrace_pool_run_seconds_count{pool="fetches"} 1\n')
    expect(text).not.toContain('run_seconds_count{pool="a')
    const { timings: _, ...numbers } = fetches.metrics()
    expect(text.match(/^millrace_pool_\w+\{pool="fetches"\} /gm)).toHaveLength(
      Object.keys(numbers).length + ['sum', 'count'].length * 2,
    )
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) millrace_pool_\w+ .+|millrace_pool_\w+\{pool=".+"(,le="[^"]+")?\} \d+(\.\d+)?(e-?\d+)?)$/,
      )
    }
  })
})

describe('what is no pool', () => {
  test('is refused at once, and named', () => {
    const pool = taskPool({ concurrency: 1 })
    expect(() => prometheusText(pool as never)).toThrow(/^pools: expected an object of pools by their names, got /)
    expect(() => prometheusText(null as never)).toThrow(/^pools: .* got null$/)
    expect(() => prometheusText({ fetches: '8' as never })).toThrow(/^pools\.fetches: expected a pool, got "8"$/)
    expect(() => observePool({} as Meter, 'fetches', undefined as never)).toThrow(
      /^pool: expected a pool, got undefined$/,
    )
  })
})

describe('observePool', () => {
  test('has a meter observe all counts, until it is stopped', async () => {
    const pool = taskPool({ concurrency: 3 })
    await pool.run(() => 1)
    const callbacks = new Set<BatchObservableCallback>()
    const make = (name: string) => ({ name }) as unknown as Observable
    const meter = {
      createObservableCounter: make,
      createObservableGauge: make,
      addBatchObservableCallback: (callback: BatchObservableCallback) => callbacks.add(callback),
      removeBatchObservableCallback: (callback: BatchObservableCallback) => callbacks.delete(callback),
    } as unknown as Meter
    const stop = observePool(meter, 'fetches', pool)
    const seen = new Map<string, unknown>()
    for (const callback of callbacks) {
      callback({
        observe: (instrument, value, attributes) => {
          const { name } = instrument as unknown as { name: string }
          seen.set([name, attributes?.['quantile']].filter((part) => part !== undefined).join(' '), [value, attributes])
        },
      })
    }
    expect(seen.get('millrace.pool.done')).toEqual([1, { pool: 'fetches' }])
    expect(seen.get('millrace.pool.size')).toEqual([3, { pool: 'fetches' }])
    const { timings, ...numbers } = pool.metrics()
    for (const [quantile, us] of [
      [0.5, timings?.runUs.p50],
      [0.9, timings?.runUs.p90],
      [0.99, timings?.runUs.p99],
      [1, timings?.runUs.max],
    ] as const) {
      expect(seen.get(`millrace.pool.run ${quantile}`)).toEqual([(us ?? 0) / 1e6, { pool: 'fetches', quantile }])
      expect(seen.has(`millrace.pool.wait ${quantile}`)).toBe(true)
    }
    expect(seen.size).toBe(Object.keys(numbers).length + 2 * 4)
    stop()
    expect(callbacks.size).toBe(0)
  })
})

describe('Histogram', () => {
  test('knows quantiles within an eighth, and the longest exactly', () => {
    const histogram = new Histogram()
    for (let i = 1; i <= 100_000; i++) histogram.record(i)
    const { count, sum, p50, p90, p99, max } = histogram.snapshot()
    expect([count, sum, max]).toEqual([100_000, 5_000_050_000, 100_000])
    for (const [value, true_] of [
      [p50, 50_000],
      [p90, 90_000],
      [p99, 99_000],
    ] as const) {
      expect(Math.abs(value - true_) / true_).toBeLessThan(0.13)
    }
  })

  test('takes what is out of its range as the least or the most', () => {
    const histogram = new Histogram()
    for (const value of [-5, 0, 0.5, 2 ** 40]) histogram.record(value)
    expect(histogram.snapshot()).toMatchObject({ count: 4, max: 2 ** 31 - 1, p50: 0 })
    expect(new Histogram().snapshot()).toMatchObject({ count: 0, p50: 0, max: 0 })
  })
})
