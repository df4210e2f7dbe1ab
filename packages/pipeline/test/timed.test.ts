import { channel } from '@millrace/mpsc'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** So many milliseconds pass, and everything that follows from it happens. */
async function pass(ms: number): Promise<void> {
  await quiet()
  await vi.advanceTimersByTimeAsync(ms)
  await quiet()
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('batch', () => {
  test('emits what there is so long after its first item, and starts the time anew', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    const run = from(receiver).batch(3, { timeoutMs: 30 }).run()
    for (const n of [1, 2]) await sender.send(n)
    await pass(29)
    expect(run.output.tryReceive()).toBeUndefined()
    await pass(1)
    expect(run.output.tryReceive()).toEqual([1, 2])
    for (const n of [3, 4, 5, 6]) await sender.send(n)
    await quiet()
    expect(run.output.tryReceive()).toEqual([3, 4, 5])
    await pass(29)
    expect(run.output.tryReceive()).toBeUndefined()
    await pass(1)
    expect(run.output.tryReceive()).toEqual([6])
    for (const n of [7, 8, 9]) await sender.send(n)
    await quiet()
    expect(run.output.tryReceive()).toEqual([7, 8, 9])
    await pass(60)
    expect(run.output.tryReceive()).toBeUndefined()
    sender.close()
    await run.done
  })

  test('that is due while there is no room waits for it, and takes more items meanwhile or not, but not too many', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    const work = new Work<number[]>()
    const run = from(receiver).batch(3, { timeoutMs: 10 }).map(work.fn).toArray()
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await sender.send(n)
    await pass(40)
    for (let taken = 0; taken < 7; ) {
      const [batch] = work.running
      taken += batch?.length ?? 0
      if (batch === undefined) await pass(5)
      else await work.finish(batch, batch)
    }
    sender.close()
    const batches = await run
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5, 6, 7])
    for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(3)
  })

  test('that is due while the one before it waits leaves behind that', async () => {
    const { sender, receiver } = channel<number>({ capacity: 3 })
    const work = new Work<number[]>()
    const run = from(receiver)
      .batch(9, { weight: (n) => n, maxWeight: 5, timeoutMs: 10 })
      .map(work.fn)
      .toArray()
    await sender.sendMany([5, 3, 4])
    await pass(10)
    for (const n of [5, 3, 4]) {
      expect(work.running).toEqual([[n]])
      await work.finish(work.running[0] as number[], [n])
    }
    sender.close()
    expect(await run).toEqual([[5], [3], [4]])
  })

  test('weighs no more than it may, unless its only item does', async () => {
    const words = ['aa', 'b', 'cccc', 'dddddd', 'e', 'ff', 'g']
    const batches = from(words).batch(3, { weight: (word) => word.length, maxWeight: 4 })
    expect(await batches.toArray()).toEqual([['aa', 'b'], ['cccc'], ['dddddd'], ['e', 'ff', 'g']])
    const alone = from([1, Number.POSITIVE_INFINITY, 2, 3]).batch(3, { weight: (n) => n, maxWeight: 5 })
    expect(await alone.toArray()).toEqual([[1], [Number.POSITIVE_INFINITY], [2, 3]])
  })

  test('is whole as soon as it weighs what it may', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    const run = from(receiver)
      .batch(9, { weight: (n) => n, maxWeight: 5 })
      .run()
    for (const n of [2, 3]) await sender.send(n)
    await quiet()
    expect(run.output.tryReceive()).toEqual([2, 3])
    sender.close()
    await run.done
  })

  test('leaves no timer behind when the run ends', async () => {
    expect(await from([1]).batch(2, { timeoutMs: 60_000 }).toArray()).toEqual([[1]])
    const { sender, receiver } = channel<number>({ capacity: 1 })
    const other = from(receiver).batch(2, { timeoutMs: 60_000 }).run()
    await sender.send(1)
    await quiet()
    other.abort()
    await rejection(other.done)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that is left closes its source, also while its time runs', async () => {
    const source = new Counted(3)
    const never = new Promise<number>(() => {})
    const items = (function* () {
      yield* source
      yield never
    })()
    for await (const batch of from(items).batch(2, { timeoutMs: 60_000 })) {
      expect(batch).toEqual([0, 1])
      break
    }
    expect([items.next().done, vi.getTimerCount()]).toEqual([true, 0])
  })

  test('refuses wrong options', () => {
    expect(() => from([1]).batch(2, { timeoutMs: 0 })).toThrow(/^batch: timeoutMs: /)
    expect(() => from([1]).batch(2, { maxWeight: 1 })).toThrow('batch: weight and maxWeight belong together')
    expect(() => from([1]).batch(2, { weight: () => 1, maxWeight: 0 })).toThrow(/^batch: maxWeight: /)
  })
})

describe('batchWhile', () => {
  test('ends an array with the item for which the function gives undefined, and hands on the state', async () => {
    const states: (number | undefined)[] = []
    const sums = from([1, 2, 3, 4, 1]).batchWhile((sum: number | undefined, n) => {
      states.push(sum)
      const next = (sum ?? 0) + n
      return next >= 4 ? undefined : next
    })
    expect(await sums.toArray()).toEqual([[1, 2, 3], [4], [1]])
    expect(states).toEqual([undefined, 1, 3, undefined, undefined])
  })

  test('ends it when the latest time given is over', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    const run = from(receiver)
      .batchWhile((_: number | undefined, n) => n, { expiresInMs: (n) => (n === 1 ? 60_000 : 20) })
      .run()
    for (const n of [1, 2]) await sender.send(n)
    await pass(20)
    expect(run.output.tryReceive()).toEqual([1, 2])
    sender.close()
    await run.done
  })
})

describe('rateLimit', () => {
  test('lets items leave evenly, in their order, with as many at once after a pause as it may', async () => {
    const at: number[] = []
    const done = from(numbers(8))
      .rateLimit({ count: 100, perMs: 1_000, burst: 3 })
      .forEach(() => void at.push(performance.now()))
    const began = performance.now()
    for (let ms = 0; ms < 60; ms++) await pass(1)
    await done
    expect(at.map((ms) => Math.round(ms - began))).toEqual([0, 0, 0, 10, 20, 30, 40, 50])
  })

  test('lets no more leave at once after a pause, however long', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    const seen: number[] = []
    const done = from(receiver)
      .rateLimit({ count: 1, perMs: 10, burst: 3 })
      .forEach((n) => void seen.push(n))
    await pass(1_000)
    for (const n of numbers(6)) await sender.send(n)
    await quiet()
    expect(seen).toEqual([0, 1, 2])
    await pass(10)
    expect(seen).toEqual([0, 1, 2, 3])
    sender.close()
    await pass(20)
    await done
  })

  test('ends with the run while it waits', async () => {
    const run = from([1, 2]).rateLimit({ count: 1, perMs: 60_000 }).run()
    expect(await run.output.receive()).toBe(1)
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
  })

  test('refuses wrong rates', () => {
    expect(() => from([1]).rateLimit({ count: 0, perMs: 1 })).toThrow(/^rateLimit: count: /)
    expect(() => from([1]).rateLimit({ count: 1, perMs: 0 })).toThrow(/^rateLimit: perMs: /)
  })
})

describe('debounce', () => {
  test('emits the last item of each burst, and of the end', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    const run = from(receiver).debounce(30).run()
    for (const n of [1, 2, 3]) await sender.send(n)
    await pass(29)
    expect(run.output.tryReceive()).toBeUndefined()
    await pass(1)
    expect(run.output.tryReceive()).toBe(3)
    await sender.send(4)
    await pass(20)
    await sender.send(5)
    await pass(29)
    expect(run.output.tryReceive()).toBeUndefined()
    await pass(1)
    expect(run.output.tryReceive()).toBe(5)
    for (const n of [6, 7]) await sender.send(n)
    sender.close()
    expect(await run.output.receive()).toBe(7)
    await run.done
  })
})

describe('bufferDropping', () => {
  test.each([
    ['oldest', [0, 7, 8, 9], [1, 2, 3, 4, 5, 6]],
    ['newest', [0, 1, 2, 3], [4, 5, 6, 7, 8, 9]],
  ] as const)('drops the %s when it is full, tells of each, and loses none at the end', async (side, kept, dropped) => {
    const work = new Work<number>()
    const gone: number[] = []
    const run = from(numbers(10))
      .bufferDropping(3, side, { onDrop: (n) => void gone.push(n) })
      .map(work.fn)
      .toArray()
    await quiet()
    expect(gone).toEqual(dropped)
    for (const n of kept) await work.finish(n, n)
    expect(await run).toEqual(kept)
  })

  test.each([
    ['oldest', undefined],
    ['oldest', { save: () => {} }],
    ['newest', undefined],
  ] as const)(
    'gives each item out or tells of it, while the output is full: the %s, checkpoint %j',
    async (side, checkpoint) => {
      const { sender, receiver } = channel<number>({ capacity: 1 })
      const gone: number[] = []
      const run = from(receiver)
        .bufferDropping(2, side, { onDrop: (n) => void gone.push(n) })
        .run({ checkpoint })
      for (const n of numbers(8)) {
        await sender.send(n)
        await quiet()
      }
      sender.close()
      const out: number[] = []
      for await (const n of run.output) out.push(n)
      expect([out, gone]).toEqual(
        side === 'oldest'
          ? [
              [0, 6, 7],
              [1, 2, 3, 4, 5],
            ]
          : [
              [0, 1, 2],
              [3, 4, 5, 6, 7],
            ],
      )
    },
  )

  test('before an output that is closed ends the run, and nothing is unhandled', async () => {
    const found = await unhandledDuring(async () => {
      const { sender, receiver } = channel<number>({ capacity: 3 })
      const run = from(receiver).bufferDropping(1, 'oldest').run()
      await sender.sendMany([1, 2, 3])
      await quiet()
      run.output.close()
      expect((await rejection(run.done)).error).toMatchObject({ name: 'AbortError' })
    })
    expect(found).toEqual([])
  })

  test('keeps one if it may keep one', async () => {
    const work = new Work<number>()
    const run = from(numbers(4)).bufferDropping(1, 'oldest').map(work.fn).toArray()
    await quiet()
    await work.finish(0, 0)
    await work.finish(3, 3)
    expect(await run).toEqual([0, 3])
  })
})
