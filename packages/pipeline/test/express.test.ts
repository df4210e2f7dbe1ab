import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, Work } from './support.ts'

/** So many items go by before the one that matters, that they are no longer timed one by one. */
const QUICK = 3_000
const same = (n: number) => n

describe('after many functions that returned plain values', () => {
  test('stats asked for inside of a call count every item where it is', async () => {
    const seen: unknown[] = []
    const run = from(new Counted(QUICK + 10))
      .map(same)
      .filter((n) => n % 2 === 0)
      .map((n) => {
        if (n === QUICK) seen.push(run.stats())
        return n
      })
      .batch(2 * QUICK) // Nothing waits for room.
      .run()
    await run.output.receive()
    const half = QUICK / 2
    const still = { running: 0, waiting: 0 }
    expect(seen).toMatchObject([
      {
        source: { received: QUICK + 1, done: QUICK + 1, ...still },
        stages: [
          { received: QUICK + 1, done: QUICK + 1, ...still },
          { received: QUICK + 1, done: half + 1, dropped: half, ...still },
          { received: half + 1, done: half, running: 1, waiting: 0 },
          { received: half, gathered: half },
        ],
      },
    ])
  })

  test.each([true, false])('a promise takes its place, and limits hold from then on: ordered %s', async (ordered) => {
    const work = new Work<number>()
    const source = new Counted()
    const out: number[] = []
    const done = from(source)
      .map(same)
      .map((n) => (n < QUICK ? n : work.fn(n)), { concurrency: 3, ordered })
      .map(same)
      .forEach((n) => {
        out.push(n)
        if (n === QUICK + 4) throw new Error('enough')
      })
    done.catch(() => {})
    while (work.running.length < 3) await quiet()
    // Three calls run, and one result waits before them.
    expect([work.running, source.taken]).toEqual([[QUICK, QUICK + 1, QUICK + 2], QUICK + 4])
    for (const n of [QUICK + 1, QUICK, QUICK + 2, QUICK + 3, QUICK + 4]) await work.finish(n, n)
    for (const n of work.running) await work.finish(n, n)
    expect((await rejection(done)).error).toEqual(new Error('enough'))
    expect(work.most).toBe(3)
    const last = ordered ? [QUICK, QUICK + 1] : [QUICK + 1, QUICK]
    expect(out.slice(QUICK)).toEqual([...last, QUICK + 2, QUICK + 3, QUICK + 4])
    expect(out.slice(0, QUICK)).toEqual([...new Counted(QUICK)])
  })

  test('an abort inside of a call is the last thing that happens', async () => {
    const source = new Counted()
    const controller = new AbortController()
    let later = 0
    const done = from(source)
      .map((n) => {
        if (n === QUICK) controller.abort('enough')
        return n
      })
      .map((n) => {
        later = n
        return n
      })
      .forEach(undefined, { signal: controller.signal })
    expect((await rejection(done)).error).toBe('enough')
    expect([source.taken, source.returned, later]).toEqual([QUICK + 1, 1, QUICK - 1])
  })

  test('an abort inside of next() lets no call begin', async () => {
    const controller = new AbortController()
    const source = (function* () {
      for (let n = 0; ; n++) {
        if (n === QUICK) controller.abort('enough')
        yield n
      }
    })()
    let last = -1
    const run = from(source)
      .map((n) => {
        last = n
        return n
      })
      .forEach(undefined, { signal: controller.signal })
    expect((await rejection(run)).error).toBe('enough')
    expect(last).toBe(QUICK - 1)
  })

  test('a call that throws fails the run, or leaves out its item', async () => {
    const torn = new Error('torn')
    const pipeline = () =>
      from(new Counted(QUICK + 2))
        .map(same)
        .map((n) => {
          if (n === QUICK) throw torn
          return n
        })
    expect((await rejection(pipeline().toArray())).error).toBe(torn)
    let count = 0
    const counted = pipeline().forEach(() => void count++, { errors: 'collect' })
    expect((await rejection(counted)).error).toMatchObject({ errors: [torn] })
    expect(count).toBe(QUICK + 1)
  })

  test('undefined fails a map, and a symbol, a function or null is an item', async () => {
    const results = [Symbol('tea'), same, null, {}] as const
    const given = (n: number) => results[n % results.length] as (typeof results)[number]
    const out = await from(new Counted(QUICK))
      .map(given)
      .map((item) => item)
      .toArray()
    expect(out).toEqual(Array.from({ length: QUICK }, (_, n) => given(n)))
    const failing = from(new Counted()).map((n) => (n === QUICK ? (undefined as never) : n))
    expect((await rejection(failing.forEach())).error).toMatchObject({ message: /^map 1: item 3000 gave undefined/ })
  })

  test('what has a then when it is first looked at, and none later, is an item', async () => {
    let looks = 0
    const odd = {
      // biome-ignore lint/suspicious/noThenProperty: it is what the test is about.
      get then() {
        return looks++ === 0 ? () => {} : undefined
      },
    }
    const out = await from([1, 2])
      .map((n) => (n === 1 ? odd : n))
      .toArray()
    expect(out).toEqual([odd, 2])
  })

  test('a batch is taken out before another item sets out', async () => {
    let running = 0
    const batches = await from(new Counted(QUICK))
      .map((n) => {
        running++
        return n
      })
      .batch(10)
      .map((batch) => {
        expect(running).toBe(10)
        running = 0
        return batch.length
      })
      .toArray()
    expect(batches).toEqual(new Array(QUICK / 10).fill(10))
  })

  test('take ends the source behind the last item that it takes', async () => {
    const source = new Counted()
    expect(await from(source).map(same).take(QUICK).toArray()).toHaveLength(QUICK)
    expect([source.taken, source.returned]).toEqual([QUICK, 1])
  })

  test('no more items are in the stages than are to be in flight', async () => {
    const work = new Work<number>()
    const source = new Counted()
    const run = from(source)
      .map(same)
      .map((n) => (n < QUICK ? n : work.fn(n)), { concurrency: 8 })
      .run({ inFlight: 3 })
    for (let n = 0; n < QUICK; n++) expect(await run.output.receive()).toBe(n)
    await quiet()
    expect([source.taken, work.running.length]).toEqual([QUICK + 3, 3])
    run.abort()
    for (const n of work.running) await work.finish(n, n)
  })
})
