import { taskPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { later, Meter, rejection, turn, untilAborted } from '../task-pool/support.ts'
import { range, threads } from './items.ts'

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await turn()
    yield item
  }
}

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

  test('lets a task that is tried again have its turn between two items', async () => {
    const pool = taskPool({ concurrency: 1 })
    let isOver = false
    const again = pool.run(
      ({ attempt }) => {
        if (attempt === 1) throw new Error('again')
        isOver = true
      },
      { retry: { times: 1 } },
    )
    let read = 0
    function* source(): Generator<number> {
      while (read < 5_000_000 && !isOver) yield read++
    }
    await pool.map(source(), (n) => n)
    expect(read).toBeLessThan(5_000_000)
    await again
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
