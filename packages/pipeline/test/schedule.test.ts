import { createHook } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { Counted, quiet, rejection, turnsDuring, Work } from './support.ts'
import { boundedEnd, durations, VirtualTime } from './virtual-time.ts'

describe('a stage', () => {
  test('is serial without options', async () => {
    const work = new Work<number>()
    const results = from([1, 2, 3]).map(work.fn).toArray()
    await quiet()
    for (const n of [1, 2, 3]) {
      expect(work.running).toEqual([n])
      await work.finish(n, n)
    }
    expect(await results).toEqual([1, 2, 3])
  })

  test('works on while the next one is busy, also if both are serial', async () => {
    const first = new Work<number>()
    const second = new Work<number>()
    const run = from([0, 1, 2]).map(first.fn).map(second.fn).run()
    await quiet()
    await first.finish(0, 0)
    expect([first.running, second.running]).toEqual([[1], [0]])
    run.abort()
    await first.finish(1, 1)
    await second.finish(0, 0)
  })

  test('keeps a finished item in its own place while the next one has no room', async () => {
    const first = new Work<number>()
    const second = new Work<number>()
    const run = from(new Counted()).map(first.fn, { concurrency: 2, ordered: false }).map(second.fn).run()
    await quiet()
    await first.finish(0, 0)
    await first.finish(1, 1)
    expect(first.running).toEqual([2])
    expect(run.stats().stages[0]).toMatchObject({ running: 1, waiting: 1 })
    await first.finish(2, 2)
    expect(first.running).toEqual([])
    await second.finish(0, 0)
    expect([first.running, second.running]).toEqual([[3], [1]])
    run.abort()
    await first.finish(3, 3)
    await second.finish(1, 1)
  })

  test('never runs more than its concurrency, with two stages in a row', async () => {
    const first = new Work<number>()
    const second = new Work<number>()
    const results = from(new Counted(60))
      .map(first.fn, { concurrency: 4 })
      .map(second.fn, { concurrency: 4, ordered: false })
      .toArray()
    await quiet()
    while (first.running.length + second.running.length > 0) {
      for (const work of [first, second]) for (const n of work.running.toReversed()) await work.finish(n, n)
    }
    expect((await results).toSorted((a, b) => a - b)).toEqual([...new Counted(60)])
    expect([first.most, second.most]).toEqual([4, 4])
  })

  test('holds as much as its limits say and no more when the consumer stops, and the output one', async () => {
    const source = new Counted()
    const run = from(source)
      .map((n) => n, { concurrency: 4 })
      .map(async (n) => n, { concurrency: 4 })
      .map((n) => n, { concurrency: 4, ordered: false })
      .buffer(3)
      .run()
    await quiet()
    expect(source.taken).toBe(4 + 4 + 4 + 3 + 1)
    expect(await run.output.receive()).toBe(0)
    await quiet()
    expect(source.taken).toBe(17)
    await run[Symbol.asyncDispose]()
  })
})

describe('the schedule, on a virtual clock', () => {
  const items = 80
  for (const ordered of [true, false]) {
    for (const concurrency of [1, 2, 7]) {
      for (const buffer of [0, 1, 5]) {
        test(`ends to the millisecond when the rule says: ordered ${ordered}, ${concurrency} calls, buffer ${buffer}`, async () => {
          const times = durations(3, items)
          const time = new VirtualTime()
          const settings = { concurrency, ordered }
          const stage = (index: number) => (item: number) => time.after(times[index]?.[item] ?? 0, item)
          const results = from(new Counted(items))
            .map(stage(0), settings)
            .buffer(buffer)
            .map(stage(1), settings)
            .buffer(buffer)
            .map(stage(2), settings)
            .buffer(buffer)
            .toArray({ clock: time })
          await time.runToEnd()
          const arrived = await results
          expect(time.now()).toBe(boundedEnd(times, concurrency, buffer, ordered))
          expect(ordered ? arrived : arrived.toSorted((a, b) => a - b)).toEqual([...new Counted(items)])
        })
      }
    }
  }
})

describe('the event loop', () => {
  // Time passes only by work, so that a machine that is busy with other things counts for nothing.
  let nowMs = 0
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const work = (ms: number): void => {
    nowMs += ms
  }
  const busyFor = (ms: number) => {
    const end = nowMs + ms
    return (function* () {
      for (let n = 0; nowMs < end; n++) {
        work(0.125)
        yield n
      }
    })()
  }
  const tests: Record<string, () => Promise<unknown>> = {
    'functions that return at once': () =>
      from(busyFor(200))
        .map((n) => n)
        .forEach(),
    'promises that are ready': () =>
      from(busyFor(200))
        .map(async (n) => n, { concurrency: 8 })
        .forEach(),
    'a source that is ahead and drops all': () =>
      from(busyFor(200))
        .buffer(1e6)
        .filterMap(() => undefined)
        .forEach(),
    'a source that is ahead of a call that ends after it': () => {
      const ended = Promise.withResolvers<void>()
      function* source() {
        yield* busyFor(200)
        ended.resolve()
      }
      return from(source())
        .buffer(1e6)
        .map(() => ended.promise.then(() => 0))
        .forEach()
    },
    'calls that take a millisecond': () =>
      from(busyFor(200))
        .map((n) => {
          work(1)
          return n
        })
        .map((n) => n)
        .forEach(),
    'a consumer that never waits': async () => {
      for await (const _ of from(busyFor(200)).map((n) => n));
    },
  }
  test('turns after a single item that took long, and what had room by then is not dropped', async () => {
    const slow = (function* () {
      for (let n = 0; n < 4; n++) {
        work(2)
        yield n
      }
    })()
    expect(
      await from(slow)
        .bufferDropping(1, 'oldest')
        .map((n) => n)
        .toArray(),
    ).toEqual([0, 1, 2, 3])
  })
  test('keeps no end of a source back where each turn is spent on items made without end', async () => {
    const reached: number[] = []
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield 0
      },
    }
    const done = from([endless, [1], [2]])
      .batch(2)
      .flatten({ concurrency: 2, ordered: false })
      .flatten({ concurrency: 3, ordered: false })
      .forEach((n) => {
        work(2)
        if (n > 0) reached.push(n)
        if (n === 2 || nowMs > 2_000) throw new Error('enough')
      })
    await rejection(done)
    expect(reached).toEqual([1, 2])
  })
  for (const [what, run] of Object.entries(tests)) {
    test(`turns for each millisecond of work under ${what}`, async () => {
      expect(await turnsDuring(run)).toBeGreaterThan(80)
    })
  }
})

describe('what a call sets free further on', () => {
  test('moves at once: an item that is asked for, a concurrency that is raised', async () => {
    const last = Promise.withResolvers<void>()
    async function* source() {
      yield* [1, 2, 3]
      await quiet()
      yield 4
      await last.promise
    }
    const asked: Promise<unknown>[] = []
    const iterator = from(source())
      .filterMap((n) => {
        if (n < 4) return n
        asked.push(iterator.next())
        return undefined
      })
      .map((n) => n)
      .buffer(3)
      [Symbol.asyncIterator]()
    expect((await iterator.next()).value).toBe(1)
    for (let i = 0; i < 3; i++) await quiet()
    expect(await Promise.all(asked)).toEqual([{ done: false, value: 2 }])
    expect(await iterator.next()).toEqual({ done: false, value: 3 })
    last.resolve()
    await iterator.return?.()
  })
})

describe('a promise', () => {
  const ITEMS = 2000
  const promisesPerItemOf = async (pipeline: Pipeline<number>, last?: () => Promise<void>): Promise<number> => {
    let promises = 0
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROMISE') promises++
      },
    })
    const now = vi.spyOn(performance, 'now').mockReturnValue(0) // A run that rests makes a few more.
    hook.enable()
    await pipeline.forEach(last)
    hook.disable()
    now.mockRestore()
    return Math.round(promises / ITEMS)
  }
  const promisesPerItem = (fn: (n: number) => number | Promise<number>, ordered: boolean): Promise<number> =>
    promisesPerItemOf(from(new Counted(ITEMS)).map(fn, { concurrency: 4, ordered }).map(fn))

  test('is made for no item of plain functions; for async ones by each, by its then, and one by the run for what settles at once', async () => {
    for (const ordered of [true, false]) {
      expect(await promisesPerItem((n) => n, ordered)).toBe(0)
      expect(await promisesPerItem(async (n) => n, ordered)).toBe(5)
    }
  })

  test('of an async function that filters, looks at items or is the last is as cheap as that of a map', async () => {
    const one = from(new Counted(ITEMS)).filter(async () => true, { concurrency: 4 })
    expect(await promisesPerItemOf(one.tap(async () => {}, { concurrency: 4 }))).toBe(4)
    expect(await promisesPerItemOf(from(new Counted(ITEMS)), async () => {})).toBe(3)
  })
})
