import { type ThreadPool, taskPool, threadPool } from '@millrace/pool'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Gate, later, Meter, rejection, turn, untilAborted } from '../task-pool/support.ts'

type Tasks = typeof import('../fixtures/item-tasks.ts')

function threads(): ThreadPool<Tasks> {
  const pool = threadPool<Tasks>(new URL('../fixtures/item-tasks.ts', import.meta.url), {
    threads: 2,
    cancelGraceMs: 10,
  })
  onTestFinished(async () => void (await pool.shutdown({ timeoutMs: 0 })))
  return pool
}

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await turn()
    yield item
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

describe('map', () => {
  test('gives results in the order of the items, of a list and of an async source', async () => {
    const pool = taskPool({ concurrency: 3 })
    const body = (n: number) => later((7 * n) % 5, n * 2)
    expect(await pool.map(range(20), body)).toEqual(range(20).map((n) => n * 2))
    expect(await pool.map(slowly(range(20)), body)).toEqual(range(20).map((n) => n * 2))
    expect(await pool.map([], body)).toEqual([])
    expect(await pool.map(range(5), (n) => n)).toEqual(range(5))
    expect(pool.metrics()).toMatchObject({ submitted: 45, done: 45, failed: 0, running: 0, pending: 0 })
  })

  test('reads an array as its iterator does: what is added meanwhile, what is missing, and an iterator of its own', async () => {
    const pool = taskPool({ concurrency: 1 })
    const growing = [1, 2]
    expect(await pool.map(growing, (n) => growing.push(9) && growing.splice(3) && n)).toEqual([1, 2, 9])
    const shrinking = [1, 2, 3, 4]
    expect(await pool.map(shrinking, (n) => shrinking.pop() && n)).toEqual([1, 2])
    expect(await pool.map(new Array<number>(2), (n) => n)).toEqual([undefined, undefined])
    const backwards = Object.assign([1, 2], { [Symbol.iterator]: () => [2, 1].values() })
    expect(await pool.map(backwards, (n) => n)).toEqual([2, 1])
  })

  test('gives them in the order in which they come, with ordered: false', async () => {
    const results = await taskPool({ concurrency: 3 }).map([30, 20, 1], (ms) => later(ms, ms), { ordered: false })
    expect(results).toEqual([1, 20, 30])
  })

  test('never has more bodies alive than the pool or it allows, also of two maps and other tasks at a time', async () => {
    const pool = taskPool({ concurrency: 4 })
    const [all, own] = [new Meter(), new Meter()]
    await Promise.all([
      pool.map(range(50), () => all.run(() => own.run(() => later(1, 0))), { concurrency: 2 }),
      pool.map(range(50), () => all.run(() => later(1, 0))),
      ...range(20).map(() => pool.run(() => all.run(() => later(1, 0)))),
    ])
    expect([all.most, own.most]).toEqual([4, 2])
  })

  test('lets other tasks of the pool have their turn between two items', async () => {
    const pool = taskPool({ concurrency: 2 })
    let mapped = 0
    const mapping = pool.map(range(10_000), async () => {
      mapped++
      await null
    })
    await turn()
    await pool.run(() => 1)
    expect(mapped).toBeLessThan(10_000)
    await mapping
  })

  test('lets a timer tick while its functions never wait', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await taskPool({ concurrency: 2 }).map(range(2_000_000), (n) => n)
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
  })

  for (const options of [{}, { runTimeoutMs: 10_000 }]) {
    const how = 'runTimeoutMs' in options ? 'a task for each item' : 'few tasks for all items'
    test(`rejects with the first failure when nothing of it runs any more, and reads no more items (${how})`, async () => {
      const pool = taskPool({ concurrency: 3 })
      const meter = new Meter()
      let read = 0
      let isClosed = false
      function* source(): Generator<number> {
        try {
          for (;;) yield read++
        } finally {
          isClosed = true
        }
      }
      const mapping = pool.map(
        source(),
        (n, _, { signal }) =>
          meter.run(async () => {
            if (n === 4) throw new RangeError('four')
            await (n > 4 ? untilAborted(signal) : later(1, n))
          }),
        options,
      )
      expect(await rejection(mapping)).toMatchObject({ message: 'four' })
      expect([meter.now, isClosed]).toEqual([0, true])
      expect(read).toBeLessThan(12)
      await pool.idle()
    })

    test(`rejects with the reason when it is aborted (${how})`, async () => {
      const pool = taskPool({ concurrency: 2 })
      const controller = new AbortController()
      const mapping = pool.map([1, 2, 3], (_, __, { signal }) => untilAborted(signal), {
        ...options,
        signal: controller.signal,
      })
      await turn()
      controller.abort(new Error('enough'))
      expect(await rejection(mapping)).toBe(controller.signal.reason)
      await pool.idle()
    })
  }

  test('reads an async source one item at a time', async () => {
    const reading = new Meter()
    let left = 20
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          reading.run(() => later(1, left > 0 ? { done: false, value: left-- } : { done: true, value: undefined })),
      }),
    }
    expect(await taskPool({ concurrency: 4 }).map(source, (n) => later(2, n))).toHaveLength(20)
    expect(reading.most).toBe(1)
  })

  test('does not mind a source that throws when it is left', async () => {
    const source: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('left')
        },
      }),
    }
    const pool = taskPool({ concurrency: 2 })
    const body = () => Promise.reject(new Error('item'))
    expect(await rejection(pool.map(source, body))).toMatchObject({ message: 'item' })
    expect(await rejection(pool.map(source, body, { key: 'k' }))).toMatchObject({ message: 'item' })
  })

  test('rejects when the source throws', async () => {
    function* broken(): Generator<number> {
      yield 1
      throw new Error('source')
    }
    expect(await rejection(taskPool({ concurrency: 2 }).map(broken(), (n) => n))).toMatchObject({ message: 'source' })
    expect(await rejection(threads().map(broken(), 'double'))).toMatchObject({ message: 'source' })
  })

  test('tries items again that failed', async () => {
    const tries = new Map<number, number>()
    const pool = taskPool({ concurrency: 2 })
    const body = (n: number) => {
      tries.set(n, (tries.get(n) ?? 0) + 1)
      if ((tries.get(n) ?? 0) < 3) throw new Error('again')
      return n
    }
    expect(await pool.map([1, 2, 3], body, { retry: { times: 2 } })).toEqual([1, 2, 3])
  })

  test('calls an export with each item', async () => {
    const pool = threads()
    expect(await pool.map(range(100), 'double')).toEqual(range(100).map((n) => n * 2))
    expect(await rejection(pool.map([1, 2, -1, 3], 'double'))).toMatchObject({ message: 'below 0' })
    expect(await pool.map(slowly([5]), 'double')).toEqual([10])
  })

  test('waits for places, also in a pool that rejects when it is full', async () => {
    const pool = taskPool({ concurrency: 2, maxPending: 1, overflow: 'reject' })
    expect(await pool.map(range(50), (n) => later(1, n), { key: 'k' })).toEqual(range(50))
  })
})

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
