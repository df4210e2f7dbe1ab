import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, Work } from './support.ts'

describe('map', () => {
  test('emits what the function returns, plain or awaited', async () => {
    expect(
      await from([1, 2])
        .map((n) => -n)
        .toArray(),
    ).toEqual([-1, -2])
    expect(
      await from([1, 2])
        .map(async (n) => -n)
        .toArray(),
    ).toEqual([-1, -2])
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    const thenable = { then: (resolve: (value: string) => void) => resolve('tea') }
    expect(
      await from([1])
        .map(() => thenable as unknown as string)
        .toArray(),
    ).toEqual(['tea'])
  })

  test('counts the items of the stage from 0 and names the stage', async () => {
    const seen = await from('abc')
      .filterMap((letter) => (letter === 'b' ? undefined : letter))
      .map((letter, index, stage) => [letter, index, stage.name, stage.signal.aborted], { name: 'letters' })
      .toArray()
    expect(seen).toEqual([
      ['a', 0, 'letters', false],
      ['c', 1, 'letters', false],
    ])
  })

  test('calls the function without a receiver', async () => {
    const receivers: unknown[] = []
    const note = function (this: unknown, n: number): number {
      receivers.push(this)
      return n
    }
    const pipeline = from([1]).map(note).filterMap(note)
    await pipeline.forEach(note)
    expect(receivers).toEqual([undefined, undefined, undefined])
  })

  test('keeps null, false, 0, NaN and the empty string', async () => {
    const items = [null, false, 0, Number.NaN, '']
    expect(
      await from(items)
        .map((item) => item)
        .map(async (item) => item)
        .toArray(),
    ).toEqual(items)
  })

  test('fails with a TypeError naming stage and item when the function gives undefined', async () => {
    const nothing = ((n: number) => (n === 2 ? undefined : n)) as (n: number) => number
    const plain = await rejection(from([1, 2, 3]).map(nothing, { name: 'weigh' }).toArray())
    expect(plain.error).toEqual(
      new TypeError('weigh: item 1 gave undefined, which is never an item; filterMap drops items'),
    )
    const awaited = await rejection(
      from([1, 2])
        .map(async (n) => nothing(n))
        .toArray(),
    )
    expect(awaited.error).toEqual(
      new TypeError('map 1: item 1 gave undefined, which is never an item; filterMap drops items'),
    )
  })

  test('emits results in the order of their items, whichever is finished first', async () => {
    const work = new Work<number>()
    const { output, stats } = from([0, 1, 2]).map(work.fn, { concurrency: 3 }).run()
    await quiet()
    await work.finish(2, 2)
    await work.finish(1, 1)
    expect(output.tryReceive()).toBeUndefined()
    expect(stats().stages[0]).toMatchObject({ running: 1, waiting: 2 })
    await work.finish(0, 0)
    expect([await output.receive(), await output.receive(), await output.receive()]).toEqual([0, 1, 2])
  })

  test('emits results as they are finished when unordered', async () => {
    const work = new Work<number>()
    const results = from([0, 1, 2]).map(work.fn, { concurrency: 3, ordered: false }).toArray()
    await quiet()
    for (const n of [2, 0, 1]) await work.finish(n, n)
    expect(await results).toEqual([2, 0, 1])
  })

  test('keeps the async context of the caller', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const store = new AsyncLocalStorage<string>()
    async function* source() {
      for (let i = 0; i < 5; i++) yield await store.run('source', async () => i)
    }
    const seen = store.run('caller', () =>
      from(source())
        .map(async (n) => store.run('inside', () => quiet().then(() => n)), { concurrency: 2 })
        .map(() => store.getStore() ?? 'lost')
        .toArray(),
    )
    expect(await seen).toEqual(Array(5).fill('caller'))
  })
})

describe('filterMap', () => {
  test('drops the items for which the function gives undefined, plain or awaited', async () => {
    const odd = (n: number) => (n % 2 === 1 ? n : undefined)
    expect(await from([1, 2, 3, 4]).filterMap(odd).toArray()).toEqual([1, 3])
    expect(
      await from([1, 2, 3, 4])
        .filterMap(async (n) => odd(n), { concurrency: 2 })
        .toArray(),
    ).toEqual([1, 3])
    expect(await from([2, 4]).filterMap(odd).toArray()).toEqual([])
  })

  test('lets go of a dropped item at once, also behind a slow one in an ordered stage', async () => {
    const work = new Work<number, number | undefined>()
    const results = from(new Counted(20)).filterMap(work.fn, { concurrency: 2 }).toArray()
    await quiet()
    for (let n = 1; n < 20; n++) await work.finish(n, undefined)
    expect(work.begun).toHaveLength(20)
    await work.finish(0, 0)
    expect(await results).toEqual([0])
  })
})

describe('batch', () => {
  test('emits arrays of the size, the last with what is left', async () => {
    expect(await from([1, 2, 3, 4, 5]).batch(2).toArray()).toEqual([[1, 2], [3, 4], [5]])
    expect(await from([1, 2]).batch(2).toArray()).toEqual([[1, 2]])
    expect(await from([1, 2]).batch(1).toArray()).toEqual([[1], [2]])
    expect(await from<number>([]).batch(2).toArray()).toEqual([])
    expect(await from([1, 2, 3]).batch(2).batch(2).toArray()).toEqual([[[1, 2], [3]]])
  })

  test('begins no array while a full one waits, or with a buffer while so many more wait', async () => {
    for (const [buffer, taken] of [
      [0, 6],
      [2, 12],
    ] as const) {
      const source = new Counted()
      const slow = new Work<number[]>()
      const run = from(source).batch(3).buffer(buffer).map(slow.fn).run()
      await quiet()
      expect(source.taken).toBe(taken)
      run.abort()
      await slow.finish(slow.running[0] ?? [], [])
    }
  })
})

describe('buffer', () => {
  test('lets the stage before run ahead by so many items', async () => {
    const source = new Counted()
    const slow = new Work<number>()
    const run = from(source)
      .map((n) => n)
      .buffer(2)
      .buffer(1)
      .map(slow.fn)
      .run()
    await quiet()
    expect(run.stats().stages[0]).toMatchObject({ waiting: 4 })
    expect(source.taken).toBe(5)
    run.abort()
    await slow.finish(0, 0)
  })

  test('lets an ordered stage work on past a slow item', async () => {
    const work = new Work<number>()
    const run = from(new Counted()).map(work.fn, { concurrency: 2 }).buffer(3).run()
    await quiet()
    for (const n of [1, 2, 3]) await work.finish(n, n)
    expect(work.running).toEqual([0, 4])
    await work.finish(4, 4)
    expect(work.running).toEqual([0])
    run.abort()
    await work.finish(0, 0)
  })

  test('lets the source fetch so many items before they are asked for', async () => {
    const source = new Counted()
    const slow = new Work<number>()
    const run = from(source).buffer(3).map(slow.fn).run()
    await quiet()
    expect(source.taken).toBe(4)
    expect(run.stats().source).toMatchObject({ received: 4, waiting: 3, done: 1 })
    run.abort()
    await slow.finish(0, 0)
  })

  test('changes nothing in the pipeline it was called on', async () => {
    const source = new Counted()
    const plain = from(source)
    plain.buffer(100)
    const run = plain.run()
    await quiet()
    expect(source.taken).toBe(2)
    await run[Symbol.asyncDispose]()
  })
})

describe('forEach', () => {
  test('calls the function with one item after the other and keeps nothing', async () => {
    const work = new Work<number, unknown>()
    // biome-ignore lint/suspicious/useIterableCallbackReturn: this one awaits what is returned
    const summary = from([1, 2, 3]).forEach((n) => work.fn(n))
    await quiet()
    for (const n of [1, 2, 3]) {
      expect(work.running).toEqual([n])
      await work.finish(n, 'not kept')
    }
    expect((await summary).stages[0]).toMatchObject({ name: 'forEach 1', received: 3, done: 0 })
  })

  test('runs the stages for what they do when it has no function', async () => {
    const seen: number[] = []
    const summary = await from([1, 2])
      .map((n) => {
        seen.push(n)
        return n
      })
      .forEach()
    expect(seen).toEqual([1, 2])
    expect(summary.output.done).toBe(2)
  })
})
