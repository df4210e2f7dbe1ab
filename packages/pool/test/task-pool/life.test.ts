import { type TaskPoolOptions, taskPool } from '@millrace/pool'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Gate, later, Meter, rejection, turn, untilAborted } from './support.ts'

describe('pause and resize', () => {
  test('a paused pool starts nothing, and goes on when resumed', async () => {
    const pool = taskPool({ concurrency: 2 })
    pool.pause()
    const task = await pool.submit(() => 1)
    await turn()
    expect([task.state, pool.running]).toEqual(['pending', 0])
    pool.resume()
    expect(await task.result).toBe(1)
  })

  test('a shutdown of a paused pool runs what was accepted', async () => {
    const pool = taskPool({ concurrency: 2 })
    pool.pause()
    const task = await pool.submit(() => 1)
    expect(await pool.shutdown()).toMatchObject({ onTime: true, finished: 1 })
    expect(task.state).toBe('done')
  })

  test('resize lets more run at once, or fewer as they end', async () => {
    const pool = taskPool({ concurrency: 1 })
    const meter = new Meter()
    const all = Array.from({ length: 30 }, () => pool.run(() => meter.run(() => later(2, 0))))
    pool.resize(4)
    await Promise.all(all.slice(0, 10))
    expect(meter.most).toBe(4)
    pool.resize(2)
    await Promise.all(all.slice(0, 16))
    meter.most = 0
    await Promise.all(all)
    expect(meter.most).toBeLessThanOrEqual(2)
    expect(() => pool.resize(0)).toThrow(/^size: /)
  })
})

describe('shutdown', () => {
  test('lets what was accepted end, and accepts nothing more', async () => {
    const pool = taskPool({ concurrency: 1 })
    const all = [1, 2, 3].map((n) => pool.run(() => later(1, n)))
    const report = pool.shutdown()
    expect(await rejection(pool.run(() => 1))).toMatchObject({ code: 'closed' })
    expect(pool.trySubmit(() => 1)).toBe('closed')
    expect(await report).toEqual({ onTime: true, finished: 3, cancelled: 0, killed: 0 })
    expect(await Promise.all(all)).toEqual([1, 2, 3])
  })

  test('at the deadline cancels what pends, tells what runs, and leaves alone what does not stop', async () => {
    const pool = taskPool({ concurrency: 2, cancelGraceMs: 10 })
    const stubborn = rejection(pool.run(() => new Promise(() => {})))
    const willing = rejection(pool.run(({ signal }) => untilAborted(signal)))
    const pending = rejection(pool.run(() => 1))
    expect(await pool.shutdown({ timeoutMs: 5 })).toEqual({ onTime: false, finished: 0, cancelled: 2, killed: 1 })
    for (const error of await Promise.all([stubborn, willing, pending])) expect(error).toMatchObject({ code: 'closed' })
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThan(5)
  })
})

describe('cancelGraceMs', () => {
  test('is what a function has to stop at the deadline of a shutdown', async () => {
    const pool = taskPool({ concurrency: 1, cancelGraceMs: 60_000 })
    const stopping = rejection(
      pool.run(({ signal }) => untilAborted(signal).catch((reason) => later(30, 0).then(() => Promise.reject(reason)))),
    )
    expect(await pool.shutdown({ timeoutMs: 0 })).toEqual({ onTime: false, finished: 0, cancelled: 1, killed: 0 })
    expect(await stopping).toMatchObject({ code: 'closed' })
  })
})

describe('metrics', () => {
  test('add up, and time waits and runs', async () => {
    const pool = taskPool({ concurrency: 2, maxPending: 10 })
    await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => pool.run(() => later(5, i).then((n) => (n % 2 ? n : Promise.reject(n))))),
    )
    const { timings, ...metrics } = pool.metrics()
    expect(metrics).toMatchObject({ size: 2, submitted: 10, done: 5, failed: 5, successRate: 0.5, utilization: 0 })
    expect(timings?.runUs.count).toBe(10)
    expect(timings?.runUs.p50).toBeGreaterThan(3_000)
    expect(timings?.waitUs.max).toBeGreaterThan(10_000)
    const buckets = timings?.waitUs.buckets ?? []
    expect(buckets.at(-1)?.count).toBe(10)
    expect(buckets.map(({ count }) => count)).toEqual(buckets.map(({ count }) => count).sort((a, b) => a - b))
  })

  test('tell how much of the pool is used now', async () => {
    const pool = taskPool({ concurrency: 2, maxPending: 4 })
    const gate = new Gate()
    const all = [1, 2, 3].map(() => pool.run(() => gate.opened))
    expect(pool.metrics()).toMatchObject({ utilization: 1, queuePressure: 0.25, idleWorkers: 0, successRate: 1 })
    gate.open()
    await Promise.all(all)
    expect(pool.metrics()).toMatchObject({ utilization: 0, queuePressure: 0, idleWorkers: 2, successRate: 1 })
  })

  test('can do without timings', async () => {
    const pool = taskPool({ concurrency: 2, metrics: false })
    await pool.run(() => 1)
    expect(pool.metrics()).toMatchObject({ done: 1, timings: undefined })
  })

  test('are told again and again by monitor, until it is stopped', async () => {
    const pool = taskPool({ concurrency: 2 })
    const seen: number[] = []
    await new Promise<void>((resolve) => {
      const stop = pool.monitor(1, ({ running }) => {
        if (seen.push(running) < 3) return
        stop()
        resolve()
      })
    })
    await later(10, 0)
    expect(seen).toHaveLength(3)
    expect(() => pool.monitor(0, () => {})).toThrow(/^everyMs: /)
  })
})

describe('misuse', () => {
  test.each([
    [{ concurrency: 0 }, /^concurrency: /],
    [{ concurrency: Number.NaN }, /^concurrency: /],
    [{}, /^concurrency: /],
    [{ concurrency: 1, maxPending: 0 }, /^maxPending: /],
    [{ concurrency: 1, perKey: 0.5 }, /^perKey: /],
    [{ concurrency: 1, overflow: 'drop' }, /^overflow: /],
    [{ concurrency: 1, metrics: 1 }, /^metrics: /],
    [{ concurency: 1 }, /^concurency: taskPool has no such option/],
  ])('%o is refused at once, and named', (options, message) => {
    expect(() => taskPool(options as TaskPoolOptions)).toThrow(message)
  })

  test('of a call rejects, and runs nothing', async () => {
    const pool = taskPool({ concurrency: 1 })
    for (const [options, message] of [
      [{ priority: Number.NaN }, /^priority: /],
      [{ key: 1 }, /^key: /],
      [{ retry: { times: 0 } }, /^retry.times: /],
      [{ retry: { times: 1, factor: 0 } }, /^retry.factor: /],
      [{ runTimeoutMs: 0 }, /^runTimeoutMs: /],
      [{ singal: 1 }, /^singal: run has no such option/],
    ] as const) {
      expect(await rejection(pool.run(() => 1, options as never))).toMatchObject({
        message: expect.stringMatching(message),
      })
    }
    const late = { timeoutMs: 1 } as object
    expect(() => pool.trySubmit(() => 1, late)).toThrow(/^timeoutMs: trySubmit has no such option/)
    expect(await rejection(pool.submit('no' as never))).toMatchObject({
      message: 'body: expected a function, got "no"',
    })
    expect(pool.metrics()).toMatchObject({ submitted: 0 })
  })
})

describe('a task pool', () => {
  test('settles every task once, whatever ends it, and its counts add up', async () => {
    const step = fc.record({
      kind: fc.constantFrom('ok', 'fail', 'abort', 'timeout', 'cancel'),
      ms: fc.integer({ min: 0, max: 3 }),
      priority: fc.integer({ min: 0, max: 3 }),
      key: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      times: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    })
    const options = fc.record({
      concurrency: fc.integer({ min: 1, max: 4 }),
      maxPending: fc.integer({ min: 1, max: 5 }),
      perKey: fc.integer({ min: 1, max: 2 }),
    })
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), async (settings, steps) => {
        const pool = taskPool(settings)
        const meter = new Meter()
        const outcomes = await Promise.allSettled(
          steps.map(async ({ kind, ms, priority, key, times }, i) => {
            const signal = kind === 'abort' ? AbortSignal.timeout(ms) : undefined
            const retry = times === undefined ? undefined : { times }
            const runTimeoutMs = kind === 'timeout' ? 1 : undefined
            const body = ({ signal: own }: { signal: AbortSignal }) =>
              meter.run(async () => {
                if (kind === 'fail') throw i
                if (kind === 'timeout' || kind === 'cancel') await untilAborted(own)
                return later(ms, i)
              })
            const task = await pool.submit(body, { priority, key, signal, retry, runTimeoutMs })
            if (kind === 'cancel') task.cancel(i)
            return task.result
          }),
        )
        expect(meter.most).toBeLessThanOrEqual(settings.concurrency)
        expect(meter.now).toBe(0)
        outcomes.forEach((outcome, i) => {
          const { kind } = steps[i] as (typeof steps)[number]
          if (kind === 'ok') expect(outcome).toEqual({ status: 'fulfilled', value: i })
          if (kind === 'fail' || kind === 'cancel') expect(outcome).toEqual({ status: 'rejected', reason: i })
          if (kind === 'timeout') expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } })
        })
        const { submitted, rejected, done, failed, cancelled, pending, running, waiting } = pool.metrics()
        expect([pending, running, waiting]).toEqual([0, 0, 0])
        expect([submitted, submitted + rejected]).toEqual([done + failed + cancelled, steps.length])
        await pool.idle()
      }),
      { numRuns: 60 },
    )
  })
})
