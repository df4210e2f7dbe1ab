import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { blockUntilChanged, changed, open, pool, rejection, shared, stopTimers, warmPool } from './support.ts'

describe('abort', () => {
  test('before the submit rejects at once and submits nothing', async () => {
    const tasks = pool()
    const signal = AbortSignal.abort(new Error('no'))
    expect(await rejection(tasks.submit('add', [1, 2], { signal }))).toBe(signal.reason)
    expect(tasks.metrics()).toMatchObject({ pending: 0, liveThreads: 0 })
  })

  test('of a submit that waits rejects with the reason and leaves the order', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    await tasks.submit('add', [1, 1])
    const controller = new AbortController()
    const waiting = tasks.submit('add', [2, 2], { signal: controller.signal })
    const next = tasks.run('add', [3, 3])
    controller.abort('not any more')
    expect(await rejection(waiting)).toBe('not any more')
    expect(tasks.metrics()).toMatchObject({ waiting: 1, pending: 1 })
    open(gate)
    expect(await next).toBe(6)
  })

  test('of a pending task frees its place at once and never runs it', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1, overflow: 'reject' })
    const gate = shared()
    const words = shared()
    await tasks.submit('hold', [gate])
    const controller = new AbortController()
    const pending = await tasks.submit('together', [words, 0], { signal: controller.signal })
    controller.abort(null)
    expect([pending.state, tasks.pending]).toEqual(['cancelled', 0])
    expect(await rejection(pending.result)).toBe(null)
    const next = tasks.run('add', [3, 3])
    open(gate)
    expect(await next).toBe(6)
    expect(Atomics.load(words, 1)).toBe(0)
  })

  test('of a pending task admits the first that waits', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const pending = await tasks.submit('add', [1, 1])
    const waiting = tasks.submit('add', [2, 2])
    pending.cancel()
    expect((await waiting).state).toBe('pending')
    expect(await rejection(pending.result)).toMatchObject({ name: 'AbortError' })
    open(gate)
    expect(await (await waiting).result).toBe(4)
  })

  test('of one signal refuses those who wait before it frees the places of those who pend', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const controller = new AbortController()
    const { signal } = controller
    const pending = await tasks.submit('add', [1, 1], { signal })
    const waiting = rejection(tasks.submit('add', [2, 2], { signal }))
    controller.abort('all')
    expect([await waiting, await rejection(pending.result)]).toEqual(['all', 'all'])
    expect(tasks.metrics().cancelled).toBe(1)
    open(gate)
  })

  test('of a running task aborts its signal in the thread, with the reason', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 10_000 })
    const words = shared()
    const controller = new AbortController()
    const task = await tasks.submit('noteAbort', [words], { signal: controller.signal })
    await changed(words, 0)
    controller.abort(new RangeError('stop'))
    expect(task.state).toBe('running')
    expect(await rejection(task.result)).toBe(controller.signal.reason)
    expect([task.state, Atomics.load(words, 1)]).toEqual(['cancelled', 1])
    expect(tasks.metrics()).toMatchObject({ liveThreads: 1, crashes: 0 })
  })

  test('with a reason that can be read once stops the task all the same', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 10_000 })
    const words = shared()
    const task = await tasks.submit('noteAbort', [words])
    await changed(words, 0)
    let reads = 0
    const reason = {
      get word() {
        if (reads++ > 0) throw new Error('read again')
        return 'once'
      },
    }
    task.cancel(reason)
    expect(await rejection(task.result)).toBe(reason)
    expect(Atomics.load(words, 1)).toBe(1)
  })

  test('of a running task that does not stop terminates the thread after the grace, and only then rejects', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 20 })
    const words = shared()
    const task = await tasks.submit('ignoreAbort', [words])
    await changed(words, 0)
    const next = tasks.run('ignoreAbort', [words]).catch(() => {})
    task.cancel('stop')
    task.cancel('again')
    expect(await rejection(task.result)).toBe('stop')
    expect([Atomics.load(words, 0), tasks.metrics().crashes]).toEqual([1, 0])
    await changed(words, 0, 1)
    await tasks.shutdown({ timeoutMs: 0 })
    await next
  })

  test('stops an endless loop', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 0 })
    const signal = AbortSignal.timeout(20)
    expect(await rejection(tasks.run('spin', [], { signal }))).toBe(signal.reason)
    expect(await tasks.run('add', [1, 2])).toBe(3)
  })

  test('of one task leaves its neighbours alone', async () => {
    const tasks = await warmPool({ threads: 2, cancelGraceMs: 0 })
    const gate = shared()
    const neighbour = tasks.run('hold', [gate])
    const queued = [1, 2, 3].map((i) => tasks.run('echo', [i], { signal: new AbortController().signal }))
    expect(await rejection(tasks.run('spin', [], { signal: AbortSignal.timeout(30) }))).toMatchObject({
      name: 'TimeoutError',
    })
    open(gate)
    expect(await neighbour).toBeGreaterThan(0)
    expect(await Promise.all(queued)).toEqual([1, 2, 3])
  })

  test('within the grace does not end the next task of the thread', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 30 })
    const words = shared()
    const task = await tasks.submit('noteAbort', [words])
    await changed(words, 0)
    task.cancel()
    const next = tasks.run('nap', [60])
    await rejection(task.result)
    expect(await next).toBe(60)
    expect(tasks.metrics()).toMatchObject({ liveThreads: 1, cancelled: 1 })
  })

  test('spares a thread whose task stopped within the grace, also if this thread was too busy to hear of it', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 200 })
    const words = shared()
    const task = await tasks.submit('noteAbort', [words])
    await changed(words, 0)
    const letGoBy = stopTimers()
    task.cancel()
    blockUntilChanged(words, 2) // it has stopped, and that is not heard yet
    letGoBy(200)
    await rejection(task.result)
    expect(await tasks.run('wasWarm', [])).toBe(true)
  })

  test('that meets the answer starts nothing on the thread it ends', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 0 })
    const words = shared()
    const task = await tasks.submit('answerAndNote', [words])
    const next = tasks.run('add', [1, 2])
    blockUntilChanged(words, 0) // the answer has come, and is not heard yet
    task.cancel('late')
    expect(await rejection(task.result)).toBe('late')
    expect(await next).toBe(3)
  })

  test('that comes after the answer aborts nothing the task left behind', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 10_000 })
    const words = shared()
    const task = await tasks.submit('keepSignal', [words])
    blockUntilChanged(words, 0) // the answer has come, and is not heard yet
    task.cancel('late')
    expect(await rejection(task.result)).toBe('late')
    expect(await tasks.run('isKeptAborted', [])).toBe(false)
  })

  test('of an ended task has no effect', async () => {
    const tasks = pool({ threads: 1 })
    const controller = new AbortController()
    const task = await tasks.submit('add', [1, 2], { signal: controller.signal })
    await task.result
    controller.abort()
    task.cancel()
    expect([task.state, await task.result]).toEqual(['done', 3])
  })

  test('of ten thousand tasks on one signal leaves no listener', async () => {
    const tasks = pool({ threads: 2, maxPending: 5_000 })
    const controller = new AbortController()
    const { signal } = controller
    const half = Array.from({ length: 10_000 }, (_, i) => tasks.run('echo', [i], { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await half[4_000]
    controller.abort(new Error('half'))
    const outcomes = await Promise.allSettled(half)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    const wrong = outcomes.filter((one, i) =>
      one.status === 'fulfilled' ? one.value !== i : one.reason !== signal.reason,
    )
    expect(wrong).toEqual([])
    expect(outcomes.filter((one) => one.status === 'rejected').length).toBeGreaterThan(1_000)
    expect(tasks.metrics()).toMatchObject({ waiting: 0, pending: 0, running: 0 })
  })
})

describe('runTimeoutMs', () => {
  test('cancels a task that runs longer, with code timeout', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 0 })
    const task = await tasks.submit('spin', [], { runTimeoutMs: 20 })
    expect(await rejection(task.result)).toMatchObject({ name: 'PoolError', code: 'timeout' })
    expect(task.state).toBe('cancelled')
    expect(await tasks.run('add', [1, 2])).toBe(3)
  })

  test('counts from the start of the run', async () => {
    const tasks = await warmPool({ threads: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const task = await tasks.submit('echo', [1], { runTimeoutMs: 1_000 })
    // Time that goes by before the run is what must not count.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    open(gate)
    expect(await task.result).toBe(1)
  })

  test('of one task stands in for that of the pool', async () => {
    const tasks = pool({ threads: 1, runTimeoutMs: 10 })
    expect(await tasks.run('nap', [40], { runTimeoutMs: Number.POSITIVE_INFINITY })).toBe(40)
    expect(await rejection(tasks.run('nap', [10_000]))).toMatchObject({ code: 'timeout' })
  })

  test('spares a task that ended in time, also if this thread was too busy to hear of it', async () => {
    const tasks = await warmPool({ threads: 1 })
    const words = shared()
    const letGoBy = stopTimers()
    const task = await tasks.submit('answerAndNote', [words], { runTimeoutMs: 200 })
    blockUntilChanged(words, 0) // the answer has come, and is not heard yet
    letGoBy(200)
    expect(await task.result).toBe('answered')
    expect(tasks.metrics()).toMatchObject({ done: 2, cancelled: 0 })
  })

  test('may be longer than timers take', async () => {
    const tasks = pool({ threads: 1, runTimeoutMs: 2 ** 40 })
    expect(await tasks.run('nap', [20], { runTimeoutMs: 2 ** 31 })).toBe(20)
    expect(await tasks.run('nap', [20])).toBe(20)
  })

  test('tells the task why', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 10_000 })
    const words = shared()
    const task = await tasks.submit('noteAbort', [words], { runTimeoutMs: 20 })
    expect(await rejection(task.result)).toMatchObject({ code: 'timeout' })
    expect(Atomics.load(words, 1)).toBe(1)
  })
})
