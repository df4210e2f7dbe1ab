import { taskPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { Gate, later, Meter, rejection, turn, untilAborted } from '../task-pool/support.ts'
import { range, threads } from './items.ts'

describe('forEach', () => {
  test('resolves when all have ended, and takes no more memory for more items', async () => {
    let sum = 0
    await taskPool({ concurrency: 8 }).forEach(range(1_000), async (n) => {
      sum += n
    })
    expect(sum).toBe(499_500)
    await threads().forEach(range(100), 'double')
  })
})

describe('batch', () => {
  test('gives a task so many items, the last one what is left, and a result for each', async () => {
    const sizes: number[] = []
    const pool = taskPool({ concurrency: 2 })
    const results = await pool.batch(range(10), 4, async (items) => {
      sizes.push(items.length)
      return items.map((n) => n * 2)
    })
    expect(results).toEqual(range(10).map((n) => n * 2))
    expect(sizes).toEqual([4, 4, 2])
    expect(await threads().batch(range(10), 3, 'doubleAll')).toEqual(range(10).map((n) => n * 2))
  })

  test('rejects for another number of results, and for a size of 0', async () => {
    const pool = taskPool({ concurrency: 2 })
    expect(await rejection(pool.batch([1, 2, 3], 2, () => [1]))).toMatchObject({ message: /2 results for 2 items/ })
    expect(await rejection(pool.batch([1], 0, (items) => items))).toMatchObject({ message: /^size: / })
  })
})

describe('stream', () => {
  test('gives results in order, and reads no more items than may have results', async () => {
    let read = 0
    function* source(): Generator<number> {
      while (true) yield read++
    }
    const pool = taskPool({ concurrency: 3 })
    const stream = pool.stream(source(), (n) => later((5 * n) % 7, n), { ahead: 2 })
    expect((await stream.next()).value).toBe(0)
    await later(30, 0)
    expect(read).toBeLessThanOrEqual(1 + 3 + 2)
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([1, 2])
    await stream.return?.()
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    await pool.idle()
  })

  test('gives them as they come with ordered: false', async () => {
    const pool = taskPool({ concurrency: 3 })
    const taken: number[] = []
    for await (const ms of pool.stream([30, 20, 1], (ms) => later(ms, ms), { ordered: false })) taken.push(ms)
    expect(taken).toEqual([1, 20, 30])
  })

  test('goes on while the first of them is late, as far as it may be ahead', async () => {
    const gate = new Gate()
    const pool = taskPool({ concurrency: 2 })
    let begun = 0
    const stream = pool.stream(range(10), async (n) => {
      begun++
      if (n === 0) await gate.opened
      return n
    })
    const first = stream.next()
    while (begun < 4) await turn()
    for (let turns = 0; turns < 5; turns++) await turn()
    expect(begun).toBe(4)
    gate.open()
    expect((await first).value).toBe(0)
    const rest: number[] = []
    for await (const n of stream) rest.push(n)
    expect(rest).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('left early cancels what runs, and waits for that', async () => {
    const pool = taskPool({ concurrency: 2 })
    const meter = new Meter()
    for await (const n of pool.stream(range(100), (n, _, { signal }) =>
      meter.run(() => (n === 0 ? n : untilAborted(signal))),
    )) {
      expect(n).toBe(0)
      break
    }
    expect(meter.now).toBe(0)
    await pool.idle()
  })

  test('gives what was before a failure, rejects once, and is done', async () => {
    const pool = taskPool({ concurrency: 1 })
    const stream = pool.stream([1, 2, 3], (n) => (n === 2 ? Promise.reject(new Error('two')) : n))
    expect((await stream.next()).value).toBe(1)
    expect(await rejection(stream.next())).toMatchObject({ message: 'two' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  test('of exports gives the results of items, or the items of a generator', async () => {
    const pool = threads()
    const [results, items]: [number[], number[]] = [[], []]
    for await (const n of pool.stream(range(50), 'double')) results.push(n)
    for await (const n of pool.stream('count', [3])) items.push(n)
    expect([results, items]).toEqual([range(50).map((n) => n * 2), [0, 1, 2]])
  })
})

describe('join and cancel', () => {
  test('join tells how tasks ended, in their order or in that of their ends', async () => {
    const pool = taskPool({ concurrency: 3 })
    const tasks = await Promise.all([
      pool.submit(() => later(20, 'slow')),
      pool.submit(() => Promise.reject('no')),
      pool.submit(() => 'quick'),
    ])
    expect(await pool.join(tasks)).toEqual([
      { status: 'fulfilled', value: 'slow' },
      { status: 'rejected', reason: 'no' },
      { status: 'fulfilled', value: 'quick' },
    ])
    expect((await pool.join(tasks, { ordered: false })).length).toBe(3)
  })

  test('cancel cancels each', async () => {
    const pool = taskPool({ concurrency: 1 })
    const tasks = await Promise.all([0, 1, 2].map(() => pool.submit(({ signal }) => untilAborted(signal))))
    pool.cancel(tasks, 'enough')
    expect(await pool.join(tasks)).toEqual(Array(3).fill({ status: 'rejected', reason: 'enough' }))
  })
})

describe('misuse', () => {
  test('of many items rejects or throws, and reads nothing', async () => {
    const pool = taskPool({ concurrency: 1 })
    expect(await rejection(pool.map(5 as never, (n) => n))).toMatchObject({ message: /^items: .*got 5/ })
    expect(await rejection(pool.map([1], 'no' as never))).toMatchObject({ message: /^body: / })
    expect(await rejection(pool.map([1], (n) => n, { concurrency: 0 }))).toMatchObject({ message: /^concurrency: / })
    expect(() => pool.stream([1], (n) => n, { ahead: 0 })).toThrow(/^ahead: /)
    expect(() => pool.stream([1], (n) => n, { timeoutMs: 1 } as never)).toThrow(/^timeoutMs: stream has no such option/)
    expect(await rejection(threads().map([1], 'nothing' as 'double'))).toMatchObject({
      message: /"nothing" is not a function/,
    })
  })
})
