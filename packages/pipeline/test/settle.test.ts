import { channel } from '@millrace/mpsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { Counted, quiet, rejection, Settled, unhandledDuring, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

const asIs = (n: number) => n

describe('a source that is settled', () => {
  test('is told of an item when everything made of it has left, and not before', async () => {
    const source = new Settled(numbers(3))
    const work = new Work<string>()
    const run = from(source)
      .flatMap((n) => [`${n}a`, `${n}b`])
      .map(work.fn, { concurrency: 6 })
      .forEach()
    await quiet()
    await work.finish('0a', '0a')
    expect(source.well).toEqual([])
    await work.finish('0b', '0b')
    expect(source.well).toEqual([0])
    for (const text of work.running) await work.finish(text, text)
    await run
    expect([source.well, source.badly]).toEqual([[0, 1, 2], []])
  })

  test('is told of items that are dropped, batched, filtered and sent to a dead letter channel', async () => {
    const source = new Settled(numbers(10))
    const letters = channel<object>({ capacity: 10 })
    const batches = await from(source)
      .filter((n) => n !== 1)
      .map(
        (n) => {
          if (n === 2) throw new Error('torn')
          return n
        },
        { deadLetter: letters.sender as never },
      )
      .batch(3)
      .toArray()
    expect(batches).toEqual([
      [0, 3, 4],
      [5, 6, 7],
      [8, 9],
    ])
    expect(source.well.sort((a, b) => a - b)).toEqual(numbers(10))
  })

  test('is told of items that bufferDropping and debounce leave out as soon as they do', async () => {
    const source = new Settled(numbers(5))
    const work = new Work<number>()
    const run = from(source).bufferDropping(1, 'oldest').map(work.fn).toArray()
    await quiet()
    expect(source.well).toEqual([1, 2, 3])
    await work.finish(0, 0)
    await work.finish(4, 4)
    expect([await run, source.well]).toEqual([
      [0, 4],
      [1, 2, 3, 0, 4],
    ])
    const burst = new Settled(numbers(3))
    expect(await from(burst).debounce(60_000).toArray()).toEqual([2])
    expect([burst.well, burst.badly]).toEqual([[0, 1, 2], []])
  })

  test('is told of the first error of an item of which several were made', async () => {
    const source = new Settled([1])
    const parts = from(source)
      .flatMap(() => ['a', 'b', 'c'])
      .map((part): string => {
        throw new Error(part)
      })
    await rejection(parts.forEach(undefined, { errors: 'collect' }))
    expect([source.well, source.badly]).toEqual([[], [[1, new Error('a')]]])
  })

  test('is told of the error of an item whose call failed, while the others go on', async () => {
    const source = new Settled(numbers(4))
    const errors = await rejection(
      from(source)
        .map((n) => {
          if (n === 2) throw new Error('torn')
          return n
        })
        .forEach(undefined, { errors: 'collect' }),
    )
    expect((errors.error as AggregateError).errors).toEqual([new Error('torn')])
    expect([source.well, source.badly]).toEqual([[0, 1, 3], [[2, new Error('torn')]]])
  })

  test('gets back what was taken and not processed when the run fails, is aborted, left, or has all it wanted', async () => {
    const work = new Work<number>()
    const endings: [end: () => Promise<unknown>, source: Settled][] = []
    const failing = new Settled(numbers(9))
    endings.push([() => rejection(from(failing).map(work.fn, { concurrency: 3 }).toArray()), failing])
    const [first] = endings[0] as (typeof endings)[0]
    const done = first()
    await quiet()
    await work.fail(1, new Error('torn'))
    for (const n of work.running) await work.finish(n, n)
    await done
    expect(failing.badly.map(([n]) => n).sort()).toEqual([0, 1, 2])
    const left = new Settled(numbers(9))
    for await (const n of from(left).map(asIs)) if (n === 1) break
    const cut = new Settled(numbers(9))
    await from(cut).buffer(3).map(asIs).take(2).toArray()
    for (const { well, badly } of [left, cut]) {
      expect(well).toEqual([0, 1])
      for (const [n, error] of badly) expect([n > 1, (error as Error).name]).toEqual([true, 'AbortError'])
    }
  })

  test('holds up the end until it is settled, and fails the run if that fails', async () => {
    const settling = Promise.withResolvers<void>()
    let isOver = false
    const run = from({ items: [1], settle: () => settling.promise })
      .forEach()
      .then(() => {
        isOver = true
      })
    await quiet()
    expect(isOver).toBe(false)
    settling.resolve()
    await run
    const found = await unhandledDuring(async () => {
      for (const settle of [
        () => Promise.reject(new Error('lost')),
        () => {
          throw new Error('lost')
        },
      ]) {
        expect((await rejection(from({ items: [1, 2], settle }).forEach())).error).toEqual(new Error('lost'))
      }
    })
    expect(found).toEqual([])
  })

  test('is not read on while 256 items are being settled', async () => {
    const items = new Counted(1_000)
    const settling = Promise.withResolvers<void>()
    const run = from({ items, settle: () => settling.promise }).forEach()
    while (items.taken < 256) await quiet()
    for (let i = 0; i < 5; i++) await quiet()
    expect(items.taken).toBe(256)
    settling.resolve()
    await run
    expect(items.taken).toBe(1_000)
  })

  test('is told of each item once, well exactly if all of it came out, whatever the stages and the end are', async () => {
    const stage = fc.oneof(
      fc.record({
        kind: fc.constant('map' as const),
        concurrency: fc.integer({ min: 1, max: 4 }),
        ordered: fc.boolean(),
      }),
      fc.record({ kind: fc.constantFrom('drop', 'split', 'batch', 'flow', 'fail') }),
    )
    const property = fc.asyncProperty(
      fc.array(stage, { maxLength: 5 }),
      fc.nat(20),
      fc.nat(30),
      async (stages, count, stopAt) => {
        const source = new Settled(numbers(count))
        let items: Pipeline<number> = from(source)
        for (const each of stages) items = add(items, each)
        const out: number[] = []
        await items
          .forEach(
            (n) => {
              if (out.length === stopAt) throw new Error('enough')
              out.push(n)
            },
            { errors: 'collect' },
          )
          .catch(() => {})
        const told = [...source.well, ...source.badly.map(([n]) => n)].sort((a, b) => a - b)
        expect(told).toEqual(numbers(count))
        for (const n of out) if (!source.badly.some(([bad]) => bad === n)) expect(source.well).toContain(n)
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })
})

/** A stage whose items are still numbers that tell which item of the source they are of. */
function add(
  items: Pipeline<number>,
  stage: { kind: string; concurrency?: number; ordered?: boolean },
): Pipeline<number> {
  switch (stage.kind) {
    case 'map': {
      const fn = async (n: number) => {
        for (let i = 0; i < n % 4; i++) await null
        return n
      }
      return items.map(fn, { concurrency: stage.concurrency, ordered: stage.ordered })
    }
    case 'drop':
      return items.filterMap((n) => (n % 3 === 0 ? undefined : n))
    case 'split':
      return items.flatMap((n) => [n, n])
    case 'batch':
      return items.batch(3).unbatch()
    case 'flow':
      return items.enumerate().map(([, n]) => n)
    default:
      return items.map((n) => {
        if (n % 5 === 2) throw new Error('torn')
        return n
      })
  }
}
