import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { from, type Run } from '../src/index.ts'
import { Counted, quiet, Work } from './support.ts'
import { VirtualTime } from './virtual-time.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('inFlight', () => {
  test('lets a fast stage run ahead of a slow one as far as items are left, and no further', async () => {
    const [source, slow] = [new Counted(100), new Work<number>()]
    const run = from(source)
      .map((n) => n)
      .map(slow.fn, { concurrency: 2 })
      .run({ inFlight: 7 })
    await quiet()
    expect(source.taken).toBe(7)
    expect(run.stats().stages).toMatchObject([{ waiting: 5 }, { running: 2 }])
    await slow.finish(1, 1)
    expect(source.taken).toBe(7)
    await slow.finish(0, 0)
    // One lies in the output, so one more was taken in.
    expect(source.taken).toBe(8)
    run.abort()
    for (const n of slow.running) await slow.finish(n, n)
  })

  test('is never exceeded, and loses nothing, whatever the stages, durations and order', async () => {
    const stage = fc.record({ concurrency: fc.integer({ min: 1, max: 4 }), ordered: fc.boolean(), turns: fc.nat(3) })
    const property = fc.asyncProperty(
      fc.array(stage, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(30),
      async (stages, inFlight, count) => {
        let most = 0
        let run: Run<number> | undefined
        let pipeline = from(numbers(count))
        for (const { turns, ...options } of stages) {
          pipeline = pipeline.map(async (n) => {
            const held = run?.stats().stages.map(({ running, waiting, parked }) => running + waiting + parked) ?? []
            most = Math.max(
              most,
              held.reduce((sum, one) => sum + one, 0),
            )
            for (let i = 0; i < turns + (n % 3); i++) await null
            return n
          }, options)
        }
        run = pipeline.run({ inFlight })
        const out: number[] = []
        for await (const n of run.output) out.push(n)
        expect(most).toBeLessThanOrEqual(inFlight)
        expect(out.sort((a, b) => a - b)).toEqual(numbers(count))
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })

  test('leaves the stages behind one that makes several of an item their own limits', async () => {
    const run = from([numbers(20), numbers(20)])
      .flatten()
      .map((n) => n, { concurrency: 3 })
      .buffer(2)
      .map(new Work<number>().fn)
      .run({ inFlight: 100 })
    await quiet()
    expect(run.stats().stages.map(({ running, waiting }) => running + waiting)).toEqual([1, 5, 1])
    run.abort()
  })

  test('holds for all sources of a join together, and keeps none of them from being read', async () => {
    const [even, odd] = from(numbers(40)).partition((n) => n % 2 === 0)
    const work = new Work<number>()
    const run = even.merge(odd).map(work.fn, { concurrency: 8, ordered: false }).toArray({ inFlight: 3 })
    for (let ended = 0; ended < 40; ended++) {
      await quiet()
      expect(work.running).toHaveLength(Math.min(3, 40 - ended))
      await work.finish(work.running[0] as number, work.begun[ended] as number)
    }
    expect((await run).sort((a, b) => a - b)).toEqual(numbers(40))
    const endless = new Counted()
    for await (const item of from<number | string>(endless)
      .merge(['b'])
      .map(async (n) => n)
      .run({ inFlight: 1 }).output)
      if (item === 'b') break
    expect(endless.taken).toBeLessThan(5)
    expect(
      await from(numbers(3))
        .concat(numbers(3))
        .map(async (n) => n, { concurrency: 4 })
        .toArray({ inFlight: 1 }),
    ).toEqual([...numbers(3), ...numbers(3)])
  })

  test('is in place of the limits by buffer behind a join, too', async () => {
    const [begun, work] = [[] as number[], new Work<number>()]
    const run = from(numbers(9))
      .concat(numbers(9))
      .map((n) => {
        begun.push(n)
        return n
      })
      .map(work.fn)
      .run({ inFlight: 5 })
    await quiet()
    expect([begun, work.running]).toEqual([numbers(5), [0]])
    run.abort()
    await work.finish(0, 0)
  })

  test('counts what is read and has nothing here yet', async () => {
    let open = 0
    let most = 0
    async function* inner(n: number) {
      most = Math.max(most, ++open)
      await quiet()
      yield n
      open--
    }
    const out = await from([1, 2, 3, 4].map(inner)).flatten({ concurrency: 4 }).toArray({ inFlight: 1 })
    expect([out.length, most]).toEqual([4, 1])
  })

  test('of one is a pipeline without overlap', async () => {
    let running = 0
    const alone = async (n: number) => {
      expect(++running).toBe(1)
      await null
      running--
      return n
    }
    expect(
      await from(numbers(5)).map(alone, { concurrency: 3 }).map(alone, { concurrency: 3 }).toArray({ inFlight: 1 }),
    ).toEqual(numbers(5))
  })

  test('refuses what is no integer from 1', () => {
    expect(() => from([1]).run({ inFlight: 0 })).toThrow('run: inFlight: expected an integer from 1, got 0')
  })
})

describe('quantiles', () => {
  test('tell what half and almost all of the calls took', async () => {
    const time = new VirtualTime()
    const done = from(numbers(100))
      .map((n) => time.after(n % 10 === 0 ? 60 : 10, n), { concurrency: 100 })
      .forEach(undefined, { clock: time })
    await time.runToEnd()
    const stage = (await done).stages[0]
    for (const [told, truth] of [
      [stage?.p50Ms, 10],
      [stage?.p99Ms, 60],
    ] as const)
      expect(Math.abs((told ?? 0) / truth - 1)).toBeLessThan(1 / 12)
    expect(stage?.perSecond).toBeCloseTo(100 / 0.06)
  })
})
