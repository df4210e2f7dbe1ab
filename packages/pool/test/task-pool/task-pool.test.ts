import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { type TaskPool, taskPool } from '@millrace/pool'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Gate, later, Meter, rejection, turn, untilAborted } from './support.ts'

afterEach(() => void vi.useRealTimers())

describe('run', () => {
  test('resolves with what the function returns, sync or not, and rejects with what it throws', async () => {
    const pool = taskPool({ concurrency: 2 })
    expect(await pool.run(() => 1)).toBe(1)
    expect(await pool.run(async () => 2)).toBe(2)
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    expect(await pool.run(() => ({ then: (resolve: (n: number) => void) => resolve(3) }) as PromiseLike<number>)).toBe(
      3,
    )
    for (const thrown of [null, undefined, 0, new RangeError('no')]) {
      expect(await rejection(pool.run(() => Promise.reject(thrown)))).toBe(thrown)
      expect(
        await rejection(
          pool.run(() => {
            throw thrown
          }),
        ),
      ).toBe(thrown)
    }
    expect(pool.metrics()).toMatchObject({ done: 3, failed: 8, running: 0, pending: 0 })
  })

  test('rejects with what a result throws when it is looked at, and goes on', async () => {
    const pool = taskPool({ concurrency: 1 })
    const error = new Error('no')
    const fail = (): never => {
      throw error
    }
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const odd = Object.assign(Promise.resolve(1), { then: fail })
    for (const result of [new Proxy({}, { has: fail }), odd]) {
      expect(await rejection(pool.run(() => result))).toBe(error)
      expect(await pool.run(() => 'next')).toBe('next')
    }
    expect(pool.metrics()).toMatchObject({ done: 2, failed: 2, running: 0 })
  })

  test('waits for a function that is a promise, as await does', async () => {
    const pool = taskPool({ concurrency: 1 })
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const result: unknown = Object.assign(() => {}, { then: (tell: (n: number) => void) => setImmediate(tell, 3) })
    const running = pool.run(() => result)
    expect([pool.running, await running]).toEqual([1, 3])
  })

  test('never has more than concurrency bodies alive', async () => {
    const pool = taskPool({ concurrency: 3 })
    const meter = new Meter()
    await Promise.all(Array.from({ length: 50 }, () => pool.run(() => meter.run(() => later(1, 0)))))
    expect(meter.most).toBe(3)
  })

  test('of a function that waits for another of its pool needs a second place, and ends with its runTimeoutMs if there is none', async () => {
    const nested = (pool: TaskPool, runTimeoutMs?: number) =>
      pool.run(({ signal }) => pool.run(() => 'inner', { signal }), { runTimeoutMs })
    expect(await nested(taskPool({ concurrency: 2 }))).toBe('inner')
    const pool = taskPool({ concurrency: 1 })
    expect(await rejection(nested(pool, 20))).toMatchObject({ code: 'timeout' })
    expect(pool.metrics()).toMatchObject({ cancelled: 2, running: 0, pending: 0 })
  })

  test('starts by priority, and in the order of the calls among equals', async () => {
    const pool = taskPool({ concurrency: 1 })
    const order: string[] = []
    const gate = new Gate()
    const all = [pool.run(() => gate.opened)]
    for (const [name, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', 0],
      ['d', -1],
      ['e', 5],
      ['f', 2.5],
    ] as const) {
      all.push(pool.run(() => void order.push(name), { priority }))
    }
    gate.open()
    await Promise.all(all)
    expect(order.join('')).toBe('befacd')
  })

  test('keeps the async context of each caller, in the function and after its awaits', async () => {
    const context = new AsyncLocalStorage<number>()
    const pool = taskPool({ concurrency: 2, maxPending: 3 })
    const seen = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        context.run(i, () =>
          pool.run(async () => {
            const before = context.getStore()
            await turn()
            return [before, context.getStore()]
          }),
        ),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => [i, i]))
  })

  test('keeps the async context when it is tried again', async () => {
    const context = new AsyncLocalStorage<string>()
    const pool = taskPool({ concurrency: 1 })
    const seen: unknown[] = []
    await context.run('mine', () =>
      pool.run(
        ({ attempt }) => {
          seen.push([attempt, context.getStore()])
          if (attempt < 3) throw new Error('again')
        },
        { retry: { times: 2, delayMs: 1 } },
      ),
    )
    expect(seen).toEqual([
      [1, 'mine'],
      [2, 'mine'],
      [3, 'mine'],
    ])
  })
})

describe('admission', () => {
  test('submit waits for a place, in order, and maxPending is exact', async () => {
    const pool = taskPool({ concurrency: 1, maxPending: 2 })
    const gate = new Gate()
    const accepted: number[] = []
    const submits = Array.from({ length: 5 }, (_, i) => pool.submit(() => gate.opened).then(() => accepted.push(i)))
    await turn()
    expect(accepted).toEqual([0, 1, 2])
    expect(pool.metrics()).toMatchObject({ running: 1, pending: 2, waiting: 2, submitted: 3 })
    gate.open()
    await Promise.all(submits)
    await pool.idle()
    expect(pool.metrics()).toMatchObject({ done: 5, submitted: 5 })
  })

  test('with overflow reject, run rejects with code full past maxPending, and trySubmit says so', async () => {
    const pool = taskPool({ concurrency: 1, maxPending: 1, overflow: 'reject' })
    const gate = new Gate()
    const all = [pool.run(() => gate.opened), pool.run(() => gate.opened)]
    expect(await rejection(pool.run(() => 1))).toMatchObject({ code: 'full' })
    expect(pool.trySubmit(() => 1)).toBe('full')
    gate.open()
    await Promise.all(all)
    const task = pool.trySubmit(() => 1)
    expect(await (task as Exclude<typeof task, string>).result).toBe(1)
    expect(pool.metrics()).toMatchObject({ rejected: 2 })
  })

  test('a submit that gives up leaves no trace', async () => {
    const pool = taskPool({ concurrency: 1, maxPending: 1 })
    const gate = new Gate()
    const all = [pool.run(() => gate.opened), pool.run(() => gate.opened)]
    expect(await rejection(pool.submit(() => 1, { timeoutMs: 1 }))).toMatchObject({ code: 'timeout' })
    const controller = new AbortController()
    const aborted = rejection(pool.submit(() => 1, { signal: controller.signal }))
    controller.abort('no')
    expect(await aborted).toBe('no')
    expect(pool.metrics()).toMatchObject({ waiting: 0, pending: 1, submitted: 2 })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    gate.open()
    await Promise.all(all)
  })

  test('of tasks with one key, at most perKey run at a time, and others pass them by', async () => {
    const pool = taskPool({ concurrency: 10, perKey: 2 })
    const [mine, all] = [new Meter(), new Meter()]
    const order: string[] = []
    const one = (key: string, name: string) =>
      pool.run(
        () =>
          all.run(async () => {
            order.push(name)
            if (key === 'a') await mine.run(() => later(5, 0))
          }),
        { key },
      )
    await Promise.all([...Array.from({ length: 6 }, (_, i) => one('a', `a${i}`)), one('b', 'b0'), pool.run(() => 1)])
    expect(mine.most).toBe(2)
    expect(order.indexOf('b0')).toBeLessThan(order.indexOf('a2'))
    expect(order.filter((name) => name.startsWith('a'))).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5'])
  })

  test('the end of a task lets one of its key start, and no more', async () => {
    const pool = taskPool({ concurrency: 10, perKey: 2 })
    const gates = [new Gate(), new Gate(), new Gate(), new Gate()]
    const all = gates.slice(0, 3).map(({ opened }) => pool.run(() => opened, { key: 'k' }))
    gates[0]?.open()
    await all[0]
    all.push(pool.run(() => gates[3]?.opened, { key: 'k' }))
    expect([pool.running, pool.pending]).toEqual([2, 1])
    for (const gate of gates) gate.open()
    await Promise.all(all)
    expect([pool.running, pool.pending]).toEqual([0, 0])
  })

  test('a cancelled task of a key lets the next one of it start', async () => {
    const pool = taskPool({ concurrency: 2, perKey: 1 })
    const gate = new Gate()
    const first = pool.run(() => gate.opened, { key: 'k' })
    const [second, third] = [await pool.submit(() => 2, { key: 'k' }), await pool.submit(() => 3, { key: 'k' })]
    second.cancel()
    gate.open()
    await first
    expect(await third.result).toBe(3)
    expect(second.state).toBe('cancelled')
  })
})

describe('the end of a task', () => {
  test('by its signal: pending never runs, running is told, and keeps its place until it stops', async () => {
    const pool = taskPool({ concurrency: 1 })
    const controller = new AbortController()
    const gate = new Gate()
    let hasRun = false
    const running = await pool.submit(
      async ({ signal }) => {
        await untilAborted(signal).catch(() => {})
        await gate.opened
      },
      { signal: controller.signal },
    )
    const pending = await pool.submit(() => (hasRun = true), { signal: controller.signal })
    const next = pool.run(() => 'next')
    controller.abort(new Error('stop'))
    expect(await rejection(pending.result)).toBe(controller.signal.reason)
    expect([running.state, pool.running]).toEqual(['running', 1])
    gate.open()
    expect(await rejection(running.result)).toBe(controller.signal.reason)
    expect(await next).toBe('next')
    expect(hasRun).toBe(false)
    expect(pool.metrics()).toMatchObject({ cancelled: 2, timedOut: 0, done: 1 })
  })

  test('by runTimeoutMs, which counts from its start', async () => {
    const pool = taskPool({ concurrency: 1, runTimeoutMs: 30 })
    const slow = pool.run(({ signal }) => untilAborted(signal))
    const quick = pool.run(() => later(20, 'in time'))
    expect(await rejection(slow)).toMatchObject({ code: 'timeout' })
    expect(await quick).toBe('in time')
    expect(pool.metrics()).toMatchObject({ timedOut: 1, cancelled: 1, done: 1 })
  })

  test('that times out and does not stop keeps its place: never more bodies than concurrency', async () => {
    const pool = taskPool({ concurrency: 1, runTimeoutMs: 5 })
    const meter = new Meter()
    const all = Array.from({ length: 4 }, () => rejection(pool.run(() => meter.run(() => later(20, 0)))))
    for (const error of await Promise.all(all)) expect(error).toMatchObject({ code: 'timeout' })
    expect(meter.most).toBe(1)
  })

  test('of ten thousand on one signal leaves no listener', async () => {
    const pool = taskPool({ concurrency: 10, maxPending: 20_000 })
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 10_000 }, () => pool.run(() => 1, { signal })))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('is tried again as often as retry says, later each time, and then told', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const pool = taskPool({ concurrency: 1 })
    const at: number[] = []
    const failing = pool.run(
      () => {
        at.push(performance.now())
        throw new RangeError('never')
      },
      { retry: { times: 3, delayMs: 10, factor: 2, maxDelayMs: 15 } },
    )
    const failed = rejection(failing)
    expect(await pool.run(() => 'between')).toBe('between')
    await vi.advanceTimersByTimeAsync(100)
    expect(await failed).toMatchObject({ message: 'never' })
    expect(at.slice(1).map((time, i) => time - (at[i] as number))).toEqual([10, 15, 15])
    expect(pool.metrics()).toMatchObject({
      failed: 1,
      retried: 3,
      done: 1,
      pending: 0,
      timings: { waitUs: { count: 2 }, runUs: { count: 5 } },
    })
  })

  test('can come between two tries', async () => {
    const pool = taskPool({ concurrency: 1 })
    const task = await pool.submit(() => Promise.reject(new Error('no')), { retry: { times: 9, delayMs: 10_000 } })
    await turn()
    await turn()
    expect(task.state).toBe('pending')
    expect(pool.metrics()).toMatchObject({ submitted: 1, pending: 0, running: 0, failed: 0, retried: 1 })
    task.cancel('enough')
    expect(await rejection(task.result)).toBe('enough')
    await pool.idle()
  })

  test('nobody asked for is no unhandled rejection', async () => {
    const pool = taskPool({ concurrency: 1 })
    await pool.submit(() => Promise.reject(new Error('unheard')))
    await pool.idle()
    await turn()
  })
})
