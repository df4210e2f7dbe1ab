import { channel } from '@millrace/mpsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Adjustable, adjustable, from } from '../src/index.ts'
import { quiet, rejection, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('keyBy', () => {
  test('works on one item of a key at a time, in their order, and on other keys meanwhile', async () => {
    const work = new Work<string>()
    const run = from(['a1', 'a2', 'b1', 'a3', 'b2'])
      .map(work.fn, { concurrency: 3, keyBy: (item) => item[0] })
      .buffer(3)
      .run()
    await quiet()
    expect(work.begun).toEqual(['a1', 'b1'])
    expect(run.stats().stages[0]).toMatchObject({ running: 2, parked: 3 })
    await work.finish('b1', 'b1')
    await work.finish('a1', 'a1')
    expect(work.running).toEqual(['b2', 'a2'])
    await work.finish('a2', 'a2')
    await work.finish('b2', 'b2')
    await work.finish('a3', 'a3')
    for (const item of ['a1', 'a2', 'b1', 'a3', 'b2']) expect(await run.output.receive()).toBe(item)
    await run.done
  })

  test('keeps the order of each key and all limits, whatever the keys, durations and failures', async () => {
    const item = fc.record({ key: fc.integer({ min: 0, max: 8 }), turns: fc.nat(4), fails: fc.boolean() })
    const property = fc.asyncProperty(
      fc.array(item, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(6),
      fc.boolean(),
      async (items, concurrency, buffer, ordered) => {
        const [running, ended]: [number[], Map<number, number[]>] = [[], new Map()]
        let most = 0
        const fn = async ({ key, turns, fails }: (typeof items)[number], index: number) => {
          expect(running).not.toContain(key)
          running.push(key)
          most = Math.max(most, running.length)
          for (let i = 0; i < turns; i++) await null
          running.splice(running.indexOf(key), 1)
          ended.set(key, [...(ended.get(key) ?? []), index])
          if (fails) throw index
          return index
        }
        const keyed = from(items)
          .map(fn, { concurrency, ordered, keyBy: ({ key }) => key })
          .buffer(buffer)
        const out: number[] = []
        await keyed.forEach((n) => void out.push(n), { errors: 'collect' }).catch(() => {})
        expect(most).toBeLessThanOrEqual(concurrency)
        expect([...ended.values()].flat()).toHaveLength(items.length)
        for (const order of ended.values()) expect(order).toEqual([...order].sort((a, b) => a - b))
        const expected = items.flatMap(({ fails }, index) => (fails ? [] : [index]))
        expect(ordered ? out : [...out].sort((a, b) => a - b)).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })

  test('takes many items that wait for one, without end of the stack and without keeping the event loop', async () => {
    const first = Promise.withResolvers<number>()
    const items = numbers(20_000)
    const run = from(items)
      .map((n) => (n === 0 ? first.promise : n), { keyBy: () => 'one', concurrency: 2 })
      .buffer(items.length)
      .run()
    while (run.stats().stages[0]?.parked !== items.length - 1) await quiet()
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    first.resolve(0)
    const out: number[] = []
    for await (const n of run.output) out.push(n)
    expect(out).toEqual(items)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })

  test('leaves nothing out and keeps the order of a key where results are there at once, and others are not', async () => {
    const items = numbers(200)
    for (const ordered of [true, false]) {
      const fn = (n: number) => (n % 7 === 0 ? quiet().then(() => n) : n % 2 === 0 ? n : Promise.resolve(n))
      const results = await from(items)
        .map(fn, { concurrency: 4, ordered, keyBy: (n) => n % 3 })
        .buffer(8)
        .toArray()
      expect(results.toSorted((a, b) => a - b)).toEqual(items)
      for (const key of [0, 1, 2]) {
        expect(results.filter((n) => n % 3 === key)).toEqual(items.filter((n) => n % 3 === key))
      }
    }
  })

  test('keeps the order of a key whose items come in a burst, after others were done', async () => {
    const { sender, receiver } = channel<number>({ capacity: 100 })
    const begun: number[] = []
    const call = async (n: number) => {
      begun.push(n)
      await null
      return n
    }
    const results = from(receiver)
      .map(call, { concurrency: 8, ordered: false, keyBy: () => 'one' })
      .buffer(8)
      .toArray()
    for (let n = 0; n < 60; ) {
      for (let burst = 0; burst < 12; burst++) await sender.send(n++)
      await quiet()
    }
    sender.close()
    expect([await results, begun]).toEqual([numbers(60), numbers(60)])
  })

  test('goes on when the consumer does, after it was full of one key', async () => {
    const run = from(numbers(50))
      .map(async (n) => n, { concurrency: 3, keyBy: (n) => n % 2, ordered: false })
      .run()
    await quiet()
    const out: number[] = []
    for (let n = await run.output.receive(); n !== undefined; n = await run.output.receive()) {
      out.push(n)
      if (n % 10 === 0) await quiet()
    }
    expect(out.toSorted((a, b) => a - b)).toEqual(numbers(50))
  })

  test('that throws fails the run', async () => {
    const keyBy = () => {
      throw new Error('no key')
    }
    expect(
      (
        await rejection(
          from([1])
            .map((n) => n, { keyBy })
            .toArray(),
        )
      ).error,
    ).toEqual(new Error('no key'))
  })
})

describe('adjustable', () => {
  test('lets more calls run, or fewer once some have ended, while the run goes on', async () => {
    const workers = adjustable(1)
    const work = new Work<number>()
    const run = from(numbers(9)).map(work.fn, { concurrency: workers, ordered: false }).toArray()
    await quiet()
    expect(work.running).toEqual([0])
    workers.value = 3
    await quiet()
    expect(work.running).toEqual([0, 1, 2])
    workers.value = 1
    await work.finish(0, 0)
    await work.finish(1, 1)
    expect(work.running).toEqual([2])
    await work.finish(2, 2)
    expect(work.running).toEqual([3])
    workers.value = 9
    await quiet()
    for (let n = 3; n < 9; n++) await work.finish(n, n)
    expect(await run).toEqual(numbers(9))
  })

  test('holds also for items that waited for their key', async () => {
    const workers = adjustable(4)
    const work = new Work<number>()
    const run = from(numbers(6))
      .map(work.fn, { concurrency: workers, keyBy: (n) => n % 3 })
      .buffer(6)
      .toArray()
    await quiet()
    expect(work.running).toEqual([0, 1, 2])
    workers.value = 1
    for (const n of [0, 1]) await work.finish(n, n)
    expect(work.running).toEqual([2])
    for (const n of [2, 3, 4, 5]) {
      expect(work.running).toEqual([n])
      await work.finish(n, n)
    }
    expect(await run).toEqual(numbers(6))
  })

  test('of another copy will do, and is followed by each stage of a run until that has ended, however it does', async () => {
    let [followers, most] = [0, 0]
    const workers: Adjustable = {
      value: 2,
      follow() {
        most = Math.max(most, ++followers)
        return () => followers--
      },
    }
    const made = (fn: (n: number) => number) =>
      from(numbers(3))
        .map(fn, { concurrency: workers })
        .flatMap((n) => [n], { concurrency: workers })
    const torn = () => {
      throw new Error('torn')
    }
    for (const checkpoint of [undefined, { save: () => {} }]) {
      await made((n) => n).toArray({ checkpoint })
      expect([followers, most]).toEqual([0, 3])
      await rejection(made(torn).toArray({ checkpoint }))
      expect(followers).toBe(0)
      await rejection(made((n) => n).toArray({ checkpoint, signal: AbortSignal.abort() }))
      expect(followers).toBe(0)
    }
  })

  test('that is set again while it is set has the last value everywhere', () => {
    const dial = adjustable(1)
    const heard: [string, number][] = []
    dial.follow((value) => {
      heard.push(['a', value])
      if (value === 8) dial.value = 2
    })
    dial.follow((value) => heard.push(['b', value]))
    dial.value = 8
    expect(heard.findLast(([who]) => who === 'a')?.[1]).toBe(2)
    expect(heard.findLast(([who]) => who === 'b')?.[1]).toBe(2)
    expect(dial.value).toBe(2)
  })

  test('refuses what is no integer from 1', () => {
    expect(() => adjustable(0)).toThrow(/^adjustable: concurrency: expected an integer from 1, got 0/)
    const workers = adjustable(2)
    expect(() => {
      workers.value = 1.5
    }).toThrow(RangeError)
    expect(workers.value).toBe(2)
  })
})
