import { getEventListeners } from 'node:events'
import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { adjustable, from } from '../src/index.ts'
import { Counted, quiet, rejection, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('filter', () => {
  test('emits the items for which the function gives something true, plain or awaited, in order', async () => {
    expect(
      await from(numbers(6))
        .filter((n) => n % 2)
        .toArray(),
    ).toEqual([1, 3, 5])
    const late = from(numbers(6)).filter(async (n) => n % 2 === 0, { concurrency: 3 })
    expect(await late.toArray()).toEqual([0, 2, 4])
  })
})

describe('tap', () => {
  test('emits the item when the function is done with it, whatever it gives', async () => {
    const work = new Work<number, undefined>()
    const run = from([1, 2]).tap(work.fn, { concurrency: 2 }).toArray()
    await quiet()
    await work.finish(2, undefined)
    await work.finish(1, undefined)
    expect(await run).toEqual([1, 2])
  })
})

describe('scan', () => {
  test('hands each call the state that the one before gave, awaited', async () => {
    const sums = from([1, 2, 3]).scan(async (sum, n, index) => sum + n * 10 ** index, 0)
    expect(await sums.toArray()).toEqual([1, 21, 321])
  })
})

describe('take', () => {
  test('ends with its last item: nothing more is fetched, and the source is closed', async () => {
    const source = new Counted()
    expect(await from(source).take(3).toArray()).toEqual([0, 1, 2])
    expect(source).toMatchObject({ taken: 3, returned: 1 })
  })

  test('of 0 items asks for none', async () => {
    const source = new Counted()
    expect(
      await from(source)
        .map((n) => n)
        .take(0)
        .map((n) => n)
        .toArray(),
    ).toEqual([])
    expect(source).toMatchObject({ taken: 0 })
  })

  test('aborts the calls before it, waits for them, and ignores what they fail with', async () => {
    const signals: AbortSignal[] = []
    const first = Promise.withResolvers<number>()
    const work = (n: number, _: number, { signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return n === 0
        ? first.promise
        : new Promise<number>((_, reject) => signal.addEventListener('abort', () => setImmediate(reject, 'late')))
    }
    const after: boolean[] = []
    const run = from(new Counted())
      .map(work, { concurrency: 3 })
      .take(1)
      .map((n, _, { signal }) => {
        after.push(signal.aborted)
        return n
      })
      .toArray()
    await quiet()
    first.resolve(7)
    expect(await run).toEqual([7])
    expect([signals.map(({ aborted }) => aborted), after]).toEqual([[true, true, true], [false]])
  })

  test('has no interest in undefined that comes too late', async () => {
    const work = new Work<number>()
    const run = from(new Counted()).map(work.fn, { concurrency: 2 }).take(1).toArray()
    await quiet()
    await work.finish(0, 7)
    await work.finish(1, undefined as never)
    expect(await run).toEqual([7])
  })

  test('lets what comes behind it finish', async () => {
    const work = new Work<number>()
    const run = from(new Counted()).take(2).map(work.fn, { concurrency: 2 }).toArray()
    await quiet()
    await work.finish(1, 1)
    await work.finish(0, 0)
    expect(await run).toEqual([0, 1])
  })

  test('fails with a source that fails to close, and leaves no listener on the signal', async () => {
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('stuck')
        },
      }),
    }
    const { signal } = new AbortController()
    const stuck = from(source as Iterable<number>).take(1)
    expect((await rejection(stuck.toArray({ signal }))).error).toEqual(new Error('stuck'))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('twice, or ended by another, ends once', async () => {
    const source = new Counted()
    const items = from(source)
      .take(9)
      .map((n) => n)
      .takeWhile((n) => n < 2)
      .map((n) => n)
      .take(5)
    expect(await items.toArray()).toEqual([0, 1])
    expect(source.returned).toBe(1)
  })
})

describe('takeWhile and skip', () => {
  test('emit what is before, or behind', async () => {
    const source = new Counted()
    expect(
      await from(source)
        .skip(2)
        .takeWhile((n, index) => n < 5 && index < 9)
        .toArray(),
    ).toEqual([2, 3, 4])
    expect(source).toMatchObject({ taken: 6, returned: 1 })
    expect(await from([1, 2]).skip(5).toArray()).toEqual([])
  })

  test('call nothing before a takeWhile that has ended, though more is ready there', async () => {
    const work = new Work<number>()
    const called: number[] = []
    const run = from([0, 1, 2, 3])
      .map(work.fn, { concurrency: 4, ordered: false })
      .tap((n) => called.push(n))
      .takeWhile((n) => n > 0)
      .toArray()
    await quiet()
    for (const n of work.running) void work.finish(n, n) // One pass sees all of them.
    expect(await run).toEqual([])
    expect(called).toEqual([0])
  })
})

describe('enumerate, dedupe and window', () => {
  test('number, thin out, and look at neighbours', async () => {
    expect(await from('ab').enumerate().toArray()).toEqual([
      [0, 'a'],
      [1, 'b'],
    ])
    expect(
      await from('abcABa')
        .dedupe({ by: (letter) => letter.toLowerCase() })
        .toArray(),
    ).toEqual(['a', 'b', 'c'])
    expect(await from(numbers(5)).window(3).toArray()).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
    ])
    expect(await from(numbers(9)).window(2, { step: 4 }).toArray()).toEqual([
      [0, 1],
      [4, 5],
    ])
    expect(await from([1]).window(2).toArray()).toEqual([])
  })

  test('dedupe remembers as many keys as it may, those met last', async () => {
    expect(await from([1, 2, 1, 3, 1, 2]).dedupe({ last: 2 }).toArray()).toEqual([1, 2, 3, 2])
  })
})

describe('flatten and flatMap', () => {
  test('emit the items of iterables, streams, receivers and pipelines, in order', async () => {
    const { sender, receiver } = channel<number>({ capacity: 2 })
    for (const n of [5, 6]) sender.trySend(n)
    sender.close()
    async function* late() {
      yield 3
      yield 4
    }
    const all = from<Iterable<number> | AsyncIterable<number>>([[1, 2], late(), receiver, from([7]), new Set([8]), []])
    expect(await all.flatten().toArray()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(
      await from([[1, 2], [3]])
        .unbatch()
        .toArray(),
    ).toEqual([1, 2, 3])
  })

  test('read as many at a time as they may, and take no more ahead than one item of each', async () => {
    const sources = [new Counted(), new Counted(), new Counted()]
    const run = from(sources).flatten({ concurrency: 2, ordered: false }).run()
    await quiet()
    expect(sources.map(({ taken }) => taken)).toEqual([2, 1, 0])
    await run[Symbol.asyncDispose]()
    expect(sources.map(({ returned }) => returned)).toEqual([1, 1, 0])
  })

  test('emit what has come, unordered', async () => {
    const [slow, fast] = [channel<number>({ capacity: 1 }), channel<number>({ capacity: 1 })]
    const run = from([slow.receiver, fast.receiver]).flatten({ concurrency: 2, ordered: false }).run()
    await quiet()
    await fast.sender.send(1)
    expect(await run.output.receive()).toBe(1)
    await slow.sender.send(2)
    expect(await run.output.receive()).toBe(2)
    for (const { sender } of [slow, fast]) sender.close()
    expect((await run.done).output.done).toBe(2)
  })

  test('fail with an iterable that fails, and close the others', async () => {
    const other = new Counted()
    async function* broken() {
      yield 1
      throw new Error('torn')
    }
    const run = from<Iterable<number> | AsyncIterable<number>>([other, broken()]).flatten({
      concurrency: 2,
      ordered: false,
    })
    expect((await rejection(run.forEach())).error).toEqual(new Error('torn'))
    expect(other.returned).toBe(1)
    expect((await rejection(from([1]).flatten().toArray())).error).toEqual(
      new TypeError('flatten 1: expected an iterable, an async iterable or a receiver, got 1'),
    )
  })

  test('close an iterable that gives undefined', async () => {
    let closed = 0
    function* wrong() {
      try {
        yield 1
        yield undefined as never as number
      } finally {
        closed++
      }
    }
    expect((await rejection(from([wrong()]).flatten().toArray())).error).toBeInstanceOf(TypeError)
    expect(closed).toBe(1)
  })

  test('read more, or fewer once some have ended, when their concurrency is changed', async () => {
    const workers = adjustable(1)
    const sources = [0, 1, 2, 3].map(() => channel<number>({ capacity: 1 }))
    const run = from(sources)
      .flatMap(({ receiver }) => receiver, { concurrency: workers, ordered: false })
      .run()
    const reading = () => run.stats().stages[1]?.received
    await quiet()
    expect(reading()).toBe(1)
    workers.value = 3
    await quiet()
    expect([reading(), run.stats().stages[1]?.concurrency]).toEqual([3, 3])
    workers.value = 2
    sources[0]?.sender.close()
    await quiet()
    expect(reading()).toBe(3)
    sources[1]?.sender.close()
    await quiet()
    expect(reading()).toBe(4)
    await run[Symbol.asyncDispose]()
    const later: number[] = []
    workers.follow((value) => later.push(value))
    workers.value = 1
    expect([later, reading()]).toEqual([[1], 4])
  })

  test('close what they read when no more is wanted, also if the source has ended before', async () => {
    const inner = new Counted()
    expect(await from([inner]).flatten({ concurrency: 2 }).take(2).toArray()).toEqual([0, 1])
    expect(inner.returned).toBe(1)
  })

  test('are over when all that they read are closed, also if one of those fails', async () => {
    const [late, closed] = [Promise.withResolvers<void>(), [] as string[]]
    const source = (name: string, close: () => Promise<void>): AsyncIterable<string> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: name }),
        return: async () => {
          await close()
          closed.push(name)
          return { done: true, value: undefined }
        },
      }),
    })
    const stuck = source('stuck', () => Promise.reject(new Error('stuck')))
    const run = from([stuck, source('slow', () => late.promise)])
      .flatten({ concurrency: 2, ordered: false })
      .run()
    await run.output.receive()
    let isOver = false
    const over = rejection(run[Symbol.asyncDispose]()).then(({ error }) => {
      isOver = true
      return error
    })
    await quiet()
    expect(isOver).toBe(false)
    late.resolve()
    expect([await over, closed]).toEqual([new Error('stuck'), ['slow']])
  })

  test('limit calls and iterables alike', async () => {
    const work = new Work<number, number[]>()
    const run = from(numbers(4)).flatMap(work.fn, { concurrency: 2 }).toArray()
    await quiet()
    for (const n of numbers(4)) await work.finish(n, [n, n])
    expect(await run).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
    expect(work.most).toBe(2)
  })
})
