import { describe, expect, test } from 'vitest'
import { changed, fastPool, open, pool, rejection, shared, stopTimers } from './support.ts'

describe('tasks a thread has ahead', () => {
  test('pend until they start, so that maxPending is exact', async () => {
    const tasks = await fastPool({ threads: 1, maxPending: 50 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const ahead = await Promise.all(Array.from({ length: 50 }, (_, i) => tasks.submit('echo', [i])))
    expect([tasks.running, tasks.pending]).toEqual([1, 50])
    expect(ahead.every(({ state }) => state === 'pending')).toBe(true)
    const waiting = tasks.submit('echo', [50])
    expect(tasks.metrics().waiting).toBe(1)
    open(gate)
    expect(await (await waiting).result).toBe(50)
    expect(await Promise.all(ahead.map(({ result }) => result))).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  test('start in the order they were accepted', async () => {
    const tasks = await fastPool({ threads: 1 })
    const words = shared()
    const order = await Promise.all(Array.from({ length: 1_000 }, () => tasks.run('count', [words, 0])))
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
  })

  test('never start once they are cancelled, and free their places at once', async () => {
    const tasks = await fastPool({ threads: 1, maxPending: 10, overflow: 'reject' })
    const gate = shared()
    const words = shared()
    await tasks.submit('hold', [gate])
    const ahead = await Promise.all(Array.from({ length: 10 }, () => tasks.submit('count', [words, 0])))
    const odd = ahead.filter((_, i) => i % 2 === 1)
    for (const task of odd) task.cancel('no')
    expect([tasks.pending, odd.map(({ state }) => state)]).toEqual([5, Array(5).fill('cancelled')])
    for (const task of odd) expect(await rejection(task.result)).toBe('no')
    open(gate)
    await tasks.idle()
    expect([Atomics.load(words, 0), tasks.metrics().cancelled]).toEqual([5, 5])
  })

  test('are run elsewhere when a task before them takes long', async () => {
    const tasks = await fastPool({ threads: 2 })
    const gates = [shared(), shared()] as const
    // Looks as short as its fellows, and holds its thread.
    const mixed = Array.from({ length: 200 }, (_, i) =>
      i === 3 ? tasks.run('hold', [gates[0]]) : tasks.run('echo', [i]),
    )
    const cheap = mixed.filter((_, i) => i !== 3)
    expect(await Promise.all(cheap)).toEqual(Array.from({ length: 200 }, (_, i) => i).filter((i) => i !== 3))
    open(gates[0])
    await mixed[3]
  })

  test('are run at once by a thread that comes free, before it is known that the task before them takes long', async () => {
    const letGoBy = stopTimers() // nobody looks whether a task takes long
    const tasks = await fastPool({ threads: 2 })
    const gates = [shared(), shared()] as const
    const held = gates.map((gate) => tasks.run('hold', [gate]))
    for (const gate of gates) await changed(gate, 1)
    const ahead = [1, 2].map((n) => tasks.run('echo', [n])) // one behind each
    open(gates[0])
    expect(await Promise.all(ahead)).toEqual([1, 2])
    letGoBy(0)
    open(gates[1])
    await Promise.all(held)
  })

  test('go by priority with those that come later, once the task before them is seen to take long', async () => {
    const letGoBy = stopTimers()
    const tasks = await fastPool({ threads: 1 })
    const gate = shared()
    const held = tasks.run('hold', [gate])
    await changed(gate, 1)
    const order: number[] = []
    const run = (priority: number): Promise<unknown> =>
      tasks.run('echo', [priority], { priority }).then(() => order.push(priority))
    const first = run(0)
    letGoBy(10)
    const later = [run(-1), run(1)]
    open(gate)
    await Promise.all([held, first, ...later])
    expect(order).toEqual([1, 0, -1])
  })

  test('are answered when a short kind of task turns out long: neither those before it nor those behind wait for it', async () => {
    const tasks = await fastPool({ threads: 3 })
    for (let i = 0; i < 50; i++) await tasks.run('workUntil', [])
    const gate = shared()
    const long = tasks.run('workUntil', [gate])
    const cheap = [...Array(40).keys()].map((i) => tasks.run('workUntil', i === 10 ? [gate] : []))
    await Promise.all(cheap.filter((_, i) => i !== 10))
    open(gate)
    await Promise.all([long, ...cheap])
  })

  test('keep both threads busy when they take a millisecond', async () => {
    const tasks = await fastPool({ threads: 2 })
    const words = [shared(), shared()] as const
    await Promise.all(Array.from({ length: 40 }, () => tasks.run('work', [2])))
    // Each holds a thread for as long as the other has not begun.
    const both = Promise.all([
      tasks.run('countAndWork', [words[0], 0, 50]),
      tasks.run('countAndWork', [words[1], 0, 50]),
    ])
    await changed(words[0], 0)
    await changed(words[1], 0)
    await both
  })

  test('start exactly once when their thread dies', async () => {
    const tasks = await fastPool({ threads: 2 })
    const words = new Int32Array(new SharedArrayBuffer(4 * 400))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 400 }, (_, i) => (i % 40 === 7 ? tasks.run('exit', [i]) : tasks.run('count', [words, i]))),
    )
    const counts = Array.from(words)
    for (const [i, outcome] of outcomes.entries()) {
      if (i % 40 === 7) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'crashed', exitCode: i } })
      else expect([i, counts[i], outcome]).toEqual([i, 1, { status: 'fulfilled', value: 0 }])
    }
    expect(tasks.metrics().crashes).toBe(10)
  })

  test('start exactly once when their thread is terminated for a task before them', async () => {
    const tasks = await fastPool({ threads: 2, cancelGraceMs: 0 })
    const words = new Int32Array(new SharedArrayBuffer(4 * 300))
    const reason = new Error('enough')
    const all = Array.from({ length: 300 }, (_, i) => {
      if (i % 50 !== 5) return tasks.run('count', [words, i])
      return tasks.run('spin', [], { signal: abortedAfter(5 + i / 10, reason) })
    })
    const outcomes = await Promise.allSettled(all)
    for (const [i, outcome] of outcomes.entries()) {
      if (i % 50 === 5) expect(outcome).toEqual({ status: 'rejected', reason })
      else expect([i, Atomics.load(words, i), outcome]).toEqual([i, 1, { status: 'fulfilled', value: 0 }])
    }
    expect(tasks.metrics()).toMatchObject({ cancelled: 6, crashes: 0, failed: 0 })
  })

  test('keep their own answers when a thread dies after its last one', async () => {
    const tasks = await fastPool({ threads: 1 })
    for (let round = 0; round < 5; round++) {
      const [first, ...others] = await Promise.all([
        tasks.run('answerAndDie', []),
        ...Array.from({ length: 100 }, (_, i) => tasks.run('echo', [i])),
      ])
      expect([first, others]).toEqual(['answered', Array.from({ length: 100 }, (_, i) => i)])
    }
  })

  test('one whose arguments kill every thread is given up after the second', async () => {
    const tasks = pool({ threads: 1, resourceLimits: { maxOldGenerationSizeMb: 16 } })
    const tooMuch = Array.from({ length: 400_000 }, (_, i) => ({ i, text: `text ${i}` }))
    const big = rejection(tasks.run('kindOf', [tooMuch]))
    const behind = tasks.run('echo', [1])
    expect(await big).toMatchObject({ code: 'crashed', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } })
    expect(await behind).toBe(1)
    expect(tasks.metrics().crashes).toBe(2)
  })
})

function abortedAfter(ms: number, reason: unknown): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), ms)
  return controller.signal
}

describe('the calling thread', () => {
  test('keeps its timers while answers come without end', async () => {
    const tasks = await fastPool({ threads: 2 })
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    const end = performance.now() + 15_000
    const runner = async (): Promise<void> => {
      while (ticks < 25 && performance.now() < end) await tasks.run('echo', [1])
    }
    await Promise.all(Array.from({ length: 20 }, runner))
    clearInterval(timer)
    expect(ticks).toBeGreaterThanOrEqual(25)
  })
})

describe('a thread', () => {
  test('keeps its timers while tasks come without end', async () => {
    const tasks = await fastPool({ threads: 1 })
    const before = await tasks.run('ticks', [])
    const end = performance.now() + 15_000
    let ticks = 0
    const runner = async (): Promise<void> => {
      while (ticks < 10 && performance.now() < end) await tasks.run('echo', [1])
    }
    const runners = Array.from({ length: 300 }, runner)
    while (ticks < 10 && performance.now() < end) ticks = (await tasks.run('ticks', [])) - before
    await Promise.all(runners)
    expect(ticks).toBeGreaterThanOrEqual(10)
  })
})
