import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { open, pool, rejection, shared, warmPool } from './support.ts'

describe('run', () => {
  test('resolves with what the task returns', async () => {
    expect(await pool().run('add', [1, 2])).toBe(3)
  })

  test('awaits thenables, and rejects with what a broken one throws', async () => {
    const tasks = pool({ threads: 1 })
    expect(await tasks.run('thenable', [])).toBe('awaited')
    expect(await rejection(tasks.run('brokenThenable', []))).toMatchObject({ name: 'RangeError', message: 'then' })
  })

  test('gives a thousand callers their own answers', async () => {
    const tasks = pool({ threads: 2 })
    const sums = await Promise.all(Array.from({ length: 1_000 }, (_, i) => tasks.run('add', [i, i])))
    expect(sums).toEqual(Array.from({ length: 1_000 }, (_, i) => 2 * i))
  })

  test('never runs more tasks at a time than there are threads', async () => {
    const tasks = await warmPool({ threads: 2 })
    const words = shared()
    await Promise.all(Array.from({ length: 20 }, () => tasks.run('together', [words, 2])))
    expect(Atomics.load(words, 1)).toBe(2)
  })

  test('rejects with a TypeError naming a function the module does not export', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.run('resise' as 'add', [1, 2]))).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/"resise" is not a function that .*tasks\.ts exports; it exports add, /),
    })
    expect(await rejection(tasks.run('notAFunction' as 'add', [1, 2]))).toMatchObject({ name: 'TypeError' })
    expect(await tasks.run('add', [1, 2])).toBe(3)
  })

  test('keeps the async context of each caller', async () => {
    const tasks = pool({ threads: 1 })
    const callers = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        callers.run(i, async () => {
          await tasks.run('add', [1, 1])
          return callers.getStore()
        }),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
  })

  test('lets timers of a thread tick between tasks', async () => {
    const tasks = pool({ threads: 1 })
    await tasks.run('startTicking', [])
    const deadline = Date.now() + 30_000
    while ((await tasks.run('ticked', [])) < 3 && Date.now() < deadline) {}
    expect(await tasks.run('ticked', [])).toBeGreaterThanOrEqual(3)
  })

  test('starts threads with the first tasks, and no more than there are tasks', async () => {
    const tasks = pool({ threads: 4 })
    expect(tasks.metrics().liveThreads).toBe(0)
    await tasks.run('add', [1, 2])
    expect(tasks.metrics().liveThreads).toBe(1)
    expect(tasks.threads).toBe(4)
  })
})

describe('submit', () => {
  test('resolves on admission, before the task has started', async () => {
    const tasks = pool({ threads: 1 })
    const task = await tasks.submit('add', [1, 2])
    expect(task).toMatchObject({ name: 'add', state: 'pending' })
    expect(await task.result).toBe(3)
    expect(task.state).toBe('done')
  })

  test('counts tasks accepted and not yet started, exactly', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 2 })
    const gate = shared()
    const running = await tasks.submit('hold', [gate])
    expect([running.state, tasks.running, tasks.pending]).toEqual(['running', 1, 0])
    await tasks.submit('add', [1, 1])
    await tasks.submit('add', [2, 2])
    let isAdmitted = false
    const third = tasks.submit('add', [3, 3]).then((task) => {
      isAdmitted = true
      return task.result
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect([isAdmitted, tasks.pending, tasks.metrics().waiting]).toEqual([false, 2, 1])
    open(gate)
    expect(await third).toBe(6)
  })

  test('admits those who wait in the order they began, and overtakes none', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const order: number[] = []
    let mostPending = 0
    const submits = Array.from({ length: 6 }, async (_, i) => {
      const task = await tasks.submit('echo', [i])
      order.push(i)
      mostPending = Math.max(mostPending, tasks.pending)
      await task.result
    })
    open(gate)
    await Promise.all(submits)
    expect([order, mostPending]).toEqual([[0, 1, 2, 3, 4, 5], 1])
  })

  test('starts tasks in the order they were accepted', async () => {
    const tasks = pool({ threads: 1 })
    const order: number[] = []
    await Promise.all([0, 1, 2, 3, 4].map((i) => tasks.run('echo', [i]).then(() => order.push(i))))
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  test('rejects with code full past maxPending when told to, and runs what was accepted', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1, overflow: 'reject' })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const accepted = await tasks.submit('add', [1, 2])
    expect(await rejection(tasks.submit('add', [1, 2]))).toMatchObject({ name: 'PoolError', code: 'full' })
    open(gate)
    expect(await accepted.result).toBe(3)
    await tasks.idle()
    expect(await tasks.run('add', [3, 4])).toBe(7)
  })

  test('gives up the wait for a place after timeoutMs, and leaves its place in the order', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    await tasks.submit('add', [1, 1])
    const signal = new AbortController().signal
    expect(await rejection(tasks.submit('add', [0, 0], { timeoutMs: 0, signal }))).toMatchObject({ code: 'timeout' })
    const slow = tasks.submit('add', [0, 0], { timeoutMs: 5, signal })
    const next = tasks.run('add', [2, 2])
    expect(await rejection(slow)).toMatchObject({ name: 'TimeoutError', timeoutMs: 5 })
    expect(tasks.metrics().waiting).toBe(1)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    open(gate)
    expect(await next).toBe(4)
  })

  test('ignores timeoutMs once accepted', async () => {
    const tasks = pool({ threads: 1 })
    expect(await tasks.run('nap', [20], { timeoutMs: 1 })).toBe(20)
  })
})

describe('wait', () => {
  test('resolves with the result', async () => {
    const task = await pool({ threads: 1 }).submit('add', [1, 2])
    expect(await task.wait({ timeoutMs: 10_000 })).toBe(3)
    expect(await task.wait({ timeoutMs: 0 })).toBe(3)
  })

  test('gives up without cancelling the task', async () => {
    const tasks = await warmPool({ threads: 1 })
    const gate = shared()
    const task = await tasks.submit('hold', [gate])
    const controller = new AbortController()
    const late = rejection(task.wait({ timeoutMs: 1 }))
    const aborted = rejection(task.wait({ signal: controller.signal }))
    controller.abort(new Error('enough'))
    expect(await late).toMatchObject({ name: 'TimeoutError' })
    expect(await aborted).toBe(controller.signal.reason)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    open(gate)
    expect(await task.wait()).toBe(task.id)
  })
})

describe('an aborted signal', () => {
  test('ends wait and idle at once, also when they need not wait', async () => {
    const tasks = pool({ threads: 1 })
    const signal = AbortSignal.abort('enough')
    expect(await rejection(tasks.idle({ signal }))).toBe('enough')
    const task = await tasks.submit('add', [1, 2])
    expect(await rejection(tasks.idle({ signal }))).toBe('enough')
    expect(await rejection(task.wait({ signal }))).toBe('enough')
    expect(await task.result).toBe(3)
    expect(await rejection(task.wait({ signal }))).toBe('enough')
  })
})

describe('idle', () => {
  test('resolves at once if nothing ever ran', async () => {
    await pool().idle()
  })

  test('resolves when nothing waits, pends or runs', async () => {
    const tasks = pool({ threads: 1, maxPending: 1 })
    const results = [1, 2, 3, 4].map((i) => tasks.run('add', [i, i]))
    await tasks.idle()
    expect(tasks.metrics()).toMatchObject({ waiting: 0, pending: 0, running: 0, done: 4 })
    expect(await Promise.all(results)).toEqual([2, 4, 6, 8])
  })

  test('waits no longer than its options allow', async () => {
    const tasks = await warmPool({ threads: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    expect(await rejection(tasks.idle({ timeoutMs: 1 }))).toMatchObject({ name: 'TimeoutError' })
    open(gate)
    await tasks.idle()
  })
})
