import { taskPool, threadPool } from '@millrace/pool'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Gate, later, Meter, rejection, turn, untilAborted } from '../task-pool/support.ts'
import { threads } from './items.ts'

afterEach(() => void vi.useRealTimers())

describe('a scope', () => {
  test('ends when all its tasks have, and not those of the pool', async () => {
    const pool = taskPool({ concurrency: 4 })
    const gate = new Gate()
    const other = pool.run(() => gate.opened)
    const scope = pool.scope()
    const task = await scope.submit(() => later(10, 'done'))
    await scope.wait()
    expect(task.state).toBe('done')
    await scope[Symbol.asyncDispose]()
    expect(await rejection(scope.run(() => 1))).toMatchObject({ code: 'closed' })
    expect(scope.trySubmit(() => 1)).toBe('closed')
    gate.open()
    await other
  })

  test('resolves wait at once while it has none', async () => {
    await taskPool({ concurrency: 1 }).scope().wait()
  })

  test('cancels the others with the first failure, and tells it when all have ended', async () => {
    const pool = taskPool({ concurrency: 4, maxPending: 1 })
    const meter = new Meter()
    const scope = pool.scope()
    const others = [1, 2, 3].map(() => rejection(scope.run(({ signal }) => meter.run(() => untilAborted(signal)))))
    const failing = rejection(scope.run(() => later(5, 0).then(() => Promise.reject(new RangeError('first')))))
    const waiting = [rejection(scope.run(() => 1)), rejection(scope.run(() => 1))]
    expect(await rejection(scope.wait())).toMatchObject({ message: 'first' })
    expect(meter.now).toBe(0)
    for (const error of await Promise.all([...others, ...waiting, failing]))
      expect(error).toMatchObject({ message: 'first' })
    expect(scope.metrics()).toMatchObject({ submitted: 4 + 1, open: 0, failed: 1, cancelled: 4, successRate: 0 })
    expect(await rejection(scope.run(() => 1))).toMatchObject({ code: 'closed', cause: { message: 'first' } })
    // Told once: the end of the scope does not tell it again.
    await scope[Symbol.asyncDispose]()
  })

  test('that collects tells all failures together, and cancels nothing', async () => {
    const pool = taskPool({ concurrency: 4 })
    const scope = pool.scope({ onError: 'collect' })
    const well = scope.run(() => later(10, 'well'))
    const bad = [rejection(scope.run(() => Promise.reject(1))), rejection(scope.run(() => Promise.reject(2)))]
    expect(await rejection(scope.wait())).toMatchObject({ name: 'AggregateError', errors: [1, 2] })
    expect([await well, ...(await Promise.all(bad))]).toEqual(['well', 1, 2])
    expect(scope.metrics()).toMatchObject({ done: 1, failed: 2 })
  })

  test('tells a failure at its end that nobody waited for', async () => {
    const scope = taskPool({ concurrency: 1 }).scope()
    void scope.run(() => Promise.reject(new Error('unheard'))).catch(() => {})
    expect(await rejection(scope[Symbol.asyncDispose]())).toMatchObject({ message: 'unheard' })
  })

  test('with a deadline cancels what has not ended, and says so', async () => {
    const pool = taskPool({ concurrency: 2 })
    const scope = pool.scope({ timeoutMs: 10 })
    const slow = rejection(scope.run(({ signal }) => untilAborted(signal)))
    expect(await rejection(scope.wait())).toMatchObject({ code: 'timeout' })
    expect(await slow).toMatchObject({ code: 'timeout' })
    expect(scope.signal.aborted).toBe(true)
  })

  test('that ended in time is not touched by its deadline or its signal', async () => {
    const controller = new AbortController()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const scope = taskPool({ concurrency: 2 }).scope({ timeoutMs: 500, signal: controller.signal })
    await scope.run(() => 1)
    await scope[Symbol.asyncDispose]()
    controller.abort()
    vi.advanceTimersByTime(500)
    expect(scope.signal.aborted).toBe(false)
  })

  test('is cancelled by a signal, also one that was aborted before', async () => {
    const pool = taskPool({ concurrency: 2 })
    const controller = new AbortController()
    const scope = pool.scope({ signal: controller.signal })
    const task = rejection(scope.run(({ signal }) => untilAborted(signal)))
    controller.abort('stop')
    expect([await task, await rejection(scope.wait())]).toEqual(['stop', 'stop'])
    expect(await rejection(pool.scope({ signal: controller.signal }).run(() => 1))).toMatchObject({ code: 'closed' })
  })

  test('can be aborted, and then tells nothing', async () => {
    const scope = taskPool({ concurrency: 1 }).scope()
    const tasks = [0, 1].map(() => rejection(scope.run(({ signal }) => untilAborted(signal))))
    scope.abort('enough')
    scope.abort('again')
    expect(await Promise.all(tasks)).toEqual(['enough', 'enough'])
    await scope.wait()
    await scope[Symbol.asyncDispose]()
  })

  test('waits no longer than told, and cancels nothing then', async () => {
    const pool = taskPool({ concurrency: 1 })
    const scope = pool.scope()
    const task = await scope.submit(() => later(20, 1))
    expect(await rejection(scope.wait({ timeoutMs: 1 }))).toMatchObject({ code: 'timeout' })
    expect(task.state).toBe('running')
    await scope.wait()
  })

  test('lets several wait, and all are told', async () => {
    const scope = taskPool({ concurrency: 1 }).scope()
    void scope.run(() => later(5, 1))
    await Promise.all([scope.wait(), scope.wait(), scope.wait()])
  })

  test('inside another ends with it', async () => {
    const pool = taskPool({ concurrency: 4 })
    const outer = pool.scope()
    const inner = outer.scope()
    const task = rejection(inner.run(({ signal }) => untilAborted(signal)))
    const waited = outer.wait()
    await turn()
    outer.abort('both')
    expect(await task).toBe('both')
    expect(await rejection(inner.wait())).toBe('both')
    await inner[Symbol.asyncDispose]()
    await waited
    await outer[Symbol.asyncDispose]()
  })

  test('does not wait for a scope in it that has no task', async () => {
    const outer = taskPool({ concurrency: 1 }).scope()
    const inner = outer.scope()
    await outer.wait()
    const task = await inner.submit(() => later(5, 1))
    await outer.wait()
    expect(task.state).toBe('done')
  })

  test('waits for the tasks of the scopes in it', async () => {
    const pool = taskPool({ concurrency: 4 })
    const outer = pool.scope()
    const inner = outer.scope()
    const gate = new Gate()
    const task = await inner.submit(() => gate.opened)
    const ended = outer[Symbol.asyncDispose]()
    await turn()
    expect(task.state).toBe('running')
    gate.open()
    await ended
    expect(task.state).toBe('done')
    expect(await rejection(inner.run(() => 1))).toMatchObject({ code: 'closed' })
  })

  test('has every verb of its pool', async () => {
    const pool = taskPool({ concurrency: 2 })
    await pool.scoped(async (scope) => {
      expect(await scope.map([1, 2, 3], (n) => n * 2)).toEqual([2, 4, 6])
      expect(await scope.batch([1, 2, 3], 2, (all) => all)).toEqual([1, 2, 3])
      await scope.forEach([1], () => {})
      const taken: number[] = []
      for await (const n of scope.stream([1, 2], (n) => n)) taken.push(n)
      expect(taken).toEqual([1, 2])
      expect(scope.metrics()).toMatchObject({ open: 0, failed: 0, done: 3 + 2 + 1 + 2 })
    })
  })

  test('of threads has every verb of its pool', async () => {
    const pool = threads()
    await pool.scoped(async (scope) => {
      expect(await scope.run('double', [1])).toBe(2)
      expect(await scope.map([1, 2, 3], 'double')).toEqual([2, 4, 6])
      expect(await scope.batch([1, 2, 3], 2, 'doubleAll')).toEqual([2, 4, 6])
      await scope.forEach([1], 'double')
      const taken: number[] = []
      for await (const n of scope.stream([1, 2], 'double')) taken.push(n)
      for await (const n of scope.stream('count', [2])) taken.push(n)
      expect(taken).toEqual([2, 4, 0, 1])
      const [submitted, tried] = [await scope.submit('double', [3]), scope.trySubmit('double', [4])]
      if (typeof tried === 'string') expect.unreachable(tried)
      expect(await scope.join([submitted, tried])).toMatchObject([{ value: 6 }, { value: 8 }])
      const slow = await scope.submit('slow', [60_000])
      scope.cancel([slow], 'enough')
      expect(await rejection(slow.result)).toBe('enough')
      expect(scope.metrics()).toMatchObject({ open: 0, failed: 0, cancelled: 1, done: 1 + 3 + 2 + 1 + 2 + 1 + 2 })
    })
  })

  test('of threads cancels those of its tasks that run', async () => {
    const pool = threadPool<typeof import('../fixtures/item-tasks.ts')>(
      new URL('../fixtures/item-tasks.ts', import.meta.url),
      { threads: 2, cancelGraceMs: 0 },
    )
    onTestFinished(async () => void (await pool.shutdown({ timeoutMs: 0 })))
    const scope = pool.scope()
    const slow = rejection(scope.run('slow', [60_000]))
    const failing = rejection(scope.run('double', [-1]))
    expect(await rejection(scope.wait())).toMatchObject({ message: 'below 0' })
    expect([await slow, await failing]).toMatchObject([{ message: 'below 0' }, { message: 'below 0' }])
    expect(await pool.run('double', [4])).toBe(8)
  })

  test('is watched by monitor, until it has ended', async () => {
    const scope = taskPool({ concurrency: 1 }).scope()
    const seen: number[] = []
    scope.monitor(1, ({ open }) => seen.push(open))
    await scope.run(() => later(20, 0))
    await scope[Symbol.asyncDispose]()
    const { length } = seen
    expect(length).toBeGreaterThan(0)
    await later(10, 0)
    expect(seen).toHaveLength(length)
  })
})

describe('scoped', () => {
  test('resolves with what the body returns, when all tasks have ended', async () => {
    const pool = taskPool({ concurrency: 2 })
    const ended: number[] = []
    const result = await pool.scoped(async (scope) => {
      await scope.submit(() => later(10, 0).then(() => ended.push(1)))
      return 'result'
    })
    expect([result, ended]).toEqual(['result', [1]])
  })

  test('cancels the tasks when the body throws, and rejects with that', async () => {
    const pool = taskPool({ concurrency: 2 })
    let task: Promise<unknown> | undefined
    const scoped = pool.scoped(async (scope) => {
      task = rejection(scope.run(({ signal }) => untilAborted(signal)))
      throw new Error('body')
    })
    expect(await rejection(scoped)).toMatchObject({ message: 'body' })
    expect(await task).toMatchObject({ message: 'body' })
  })

  test('rejects with the failure of a task', async () => {
    const pool = taskPool({ concurrency: 2 })
    const scoped = pool.scoped(async (scope) => {
      await scope.submit(() => Promise.reject(new Error('task')))
      return 1
    })
    expect(await rejection(scoped)).toMatchObject({ message: 'task' })
  })
})

describe('misuse', () => {
  test('of a scope is refused at once', async () => {
    const pool = taskPool({ concurrency: 1 })
    expect(() => pool.scope({ onError: 'ignore' as never })).toThrow(/^onError: /)
    expect(() => pool.scope({ timeoutMs: -1 })).toThrow(/^timeoutMs: /)
    expect(() => pool.scope({ deadline: 1 } as never)).toThrow(/^deadline: scope has no such option/)
    await pool.shutdown()
    expect(() => pool.scope()).toThrow(/shut down/)
  })
})
