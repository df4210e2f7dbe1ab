import { describe, expect, test } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('broadcast and partition', () => {
  test('broadcast gives every branch all items, at the pace of the slowest', async () => {
    const source = new Counted(50)
    const [fast, slow] = from(source).broadcast(2, { buffer: 2 })
    const all = fast?.toArray()
    const run = slow?.run()
    await quiet()
    expect(source.taken).toBeLessThan(10)
    const taken: number[] = []
    for (;;) {
      const n = await run?.output.receive()
      if (n === undefined) break
      taken.push(n)
    }
    expect([await all, taken]).toEqual([numbers(50), numbers(50)])
  })

  test('a branch that begins long after the others has all items, too, and so has one that is slower', async () => {
    const [early, late, slow] = from(numbers(40)).broadcast(3, { buffer: 2 }) as Pipeline<number>[]
    const first = early?.toArray()
    const third = slow?.map(async (n) => {
      if (n % 8 === 0) await quiet()
      return n
    })
    const all = third?.toArray()
    for (let i = 0; i < 10; i++) await quiet()
    expect(await late?.toArray()).toEqual(numbers(40))
    expect([await first, await all]).toEqual([numbers(40), numbers(40)])
  })

  test('partition sends each item one way, and merge joins them again', async () => {
    const [even, odd] = from(numbers(10)).partition((n) => n % 2 === 0)
    const joined = await even
      .map((n) => -n)
      .merge(odd)
      .toArray()
    expect(joined.sort((a, b) => a - b)).toEqual([-8, -6, -4, -2, -0, 1, 3, 5, 7, 9])
  })

  test('a branch has its own backpressure: what it does not take keeps the others waiting when its buffer is full', async () => {
    const source = new Counted(20)
    const [even, odd] = from(source).partition((n) => n % 2 === 0, { buffer: 3 })
    const evens = even.toArray()
    await quiet()
    // Three odd ones wait, a fourth is to be delivered, and the run before holds two.
    expect(source.taken).toBeLessThanOrEqual(11)
    expect(await odd.toArray()).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
    expect(await evens).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  })

  test('a branch that is left no longer counts, and the last one closes the source', async () => {
    const source = new Counted()
    const [even, odd] = from(source).partition((n) => n % 2 === 0)
    const rest = odd.take(30).toArray()
    expect(await even.take(2).toArray()).toEqual([0, 2])
    expect(await rest).toHaveLength(30)
    expect(source.returned).toBe(1)
  })

  test.each([
    ['aborted', async (branch: Pipeline<number>) => branch.run().abort()],
    ['disposed', async (branch: Pipeline<number>) => branch.run()[Symbol.asyncDispose]()],
    ['left', async (branch: Pipeline<number>) => void (await branch[Symbol.asyncIterator]().return?.())],
    ['cancelled as a stream', async (branch: Pipeline<number>) => void (await branch.toReadableStream().cancel())],
    [
      'joined behind what ends the run',
      async (branch: Pipeline<number>) => void (await from([7]).concat(branch).take(1).toArray()),
    ],
    ['merged into a run that is aborted', async (branch: Pipeline<number>) => from([7]).merge(branch).run().abort()],
    ['zipped in a run that is aborted', async (branch: Pipeline<number>) => from([7]).zip(branch).run().abort()],
    [
      'the source of another pipeline that nobody gets to',
      async (branch: Pipeline<number>) => void (await from([7]).concat(from(branch)).take(1).toArray()),
    ],
    [
      'branched again, and joined behind what ends the run',
      async (branch: Pipeline<number>) =>
        void (await from([7])
          .concat(...branch.broadcast(2))
          .take(1)
          .toArray()),
    ],
    [
      'passed through a stage, and joined so',
      async (branch: Pipeline<number>) =>
        void (await from([7])
          .concat(branch.through((items) => items.map((n) => n)))
          .take(1)
          .toArray()),
    ],
    [
      'aborted by a signal',
      async (branch: Pipeline<number>) => void branch.toArray({ signal: AbortSignal.abort() }).catch(() => {}),
    ],
  ])('a branch that is %s before it begins does not keep the others waiting', async (_, leave) => {
    const [kept, left] = from(numbers(9)).broadcast(2) as [Pipeline<number>, Pipeline<number>]
    await leave(left)
    expect(await kept.toArray()).toEqual(numbers(9))
  })

  test('a source that fails to close fails whoever leaves the last branch, and is no unhandled rejection', async () => {
    const stuck = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('stuck')
        },
      }),
    } as Iterable<number>
    const found = await unhandledDuring(async () => {
      const [one, other] = from(stuck).broadcast(2) as [Pipeline<number>, Pipeline<number>]
      await other.take(1).toArray()
      expect((await rejection(from([1]).concat(one).take(1).toArray())).error).toEqual(new Error('stuck'))
    })
    expect(found).toEqual([])
  })

  test('a function of a partition that fails fails both branches, when the calls before them have ended', async () => {
    const [source, work] = [new Counted(), new Work<number>()]
    const branches = from(source)
      .map(work.fn, { concurrency: 2 })
      .partition(() => {
        throw new Error('torn')
      })
    let isOver = false
    const over = Promise.all(branches.map((branch) => rejection(branch.toArray()))).then((errors) => {
      isOver = true
      return errors
    })
    await quiet()
    await work.finish(0, 0)
    expect([work.running, isOver]).toEqual([[1, 2], false])
    for (const n of work.running) await work.finish(n, n)
    expect(await over).toEqual(Array(2).fill({ error: new Error('torn') }))
    expect(source.returned).toBe(1)
  })

  test('a source that fails fails every branch', async () => {
    async function* torn() {
      yield 1
      throw new Error('torn')
    }
    const branches = from(torn()).broadcast(3)
    const errors = await Promise.all(branches.map((branch) => rejection(branch.toArray())))
    expect(errors).toEqual(Array(3).fill({ error: new Error('torn') }))
  })
})

describe('branches', () => {
  test('that take little of much grow nothing: memory is flat over many items', async () => {
    const [all, none] = from(new Counted(20_000)).partition(() => true)
    const rest = none.toArray()
    const before = heapUsed()
    let most = 0
    await all.forEach((n) => {
      if (n % 5_000 === 4_999) most = Math.max(most, heapUsed() - before)
    })
    expect(await rest).toEqual([])
    expect(most).toBeLessThan(2 ** 20)
  })

  test('fail with a function that throws, and close the source', async () => {
    const source = new Counted()
    const branches = from(source).partition((n) => {
      if (n === 3) throw new Error('torn')
      return n % 2 === 0
    })
    const errors = await Promise.all(branches.map((branch) => rejection(branch.toArray())))
    expect(errors).toEqual([{ error: new Error('torn') }, { error: new Error('torn') }])
    expect(source.returned).toBe(1)
  })

  test('that are all left while the source is awaited close it, and nothing is unhandled', async () => {
    const source = Promise.withResolvers<number>()
    let closed = 0
    const iterator: AsyncIterator<number> = {
      next: async () => ({ done: false, value: await source.promise }),
      return: async () => {
        closed++
        return { done: true, value: undefined }
      },
    }
    const found = await unhandledDuring(async () => {
      const runs = from({ [Symbol.asyncIterator]: () => iterator })
        .broadcast(2)
        .map((branch) => branch.run())
      await quiet()
      for (const run of runs) await run[Symbol.asyncDispose]()
      source.reject(new Error('late'))
    })
    expect([found, closed]).toEqual([[], 1])
  })
})

function heapUsed(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
