import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cursor, from } from '../src/index.ts'
import { Positions } from '../src/lineage/positions.ts'
import { Counted, quiet, rejection, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('a checkpoint', () => {
  test('tells exactly which items are processed, also where they overtake each other', async () => {
    const cursors: Cursor[] = []
    const work = new Work<number>()
    const run = from(numbers(5))
      .map(work.fn, { concurrency: 5, ordered: false })
      .forEach(undefined, { checkpoint: { save: (cursor) => void cursors.push(cursor), everyItems: 1 } })
    await quiet()
    for (const n of [3, 1, 4, 0]) await work.finish(n, n)
    await work.finish(2, 2)
    await run
    expect(cursors).toEqual([
      { next: 0, ahead: [[3, 4]] },
      {
        next: 0,
        ahead: [
          [1, 2],
          [3, 4],
        ],
      },
      {
        next: 0,
        ahead: [
          [1, 2],
          [3, 5],
        ],
      },
      { next: 2, ahead: [[3, 5]] },
      { next: 5, ahead: [] },
    ])
  })

  test('is resumed behind: each item is processed once and none is left out, wherever the run before was torn', async () => {
    const property = fc.asyncProperty(
      fc.nat(60),
      fc.nat(60),
      fc.integer({ min: 1, max: 7 }),
      async (count, at, every) => {
        let kept = '{"next":0,"ahead":[]}'
        const save = (cursor: Cursor): void => {
          kept = JSON.stringify(cursor)
        }
        const out: number[] = []
        const go = (tearAt: number) =>
          from(numbers(count), { resume: JSON.parse(kept) as Cursor })
            .map(
              async (n) => {
                for (let i = 0; i < (n * 7) % 5; i++) await null
                return n
              },
              { concurrency: 4, ordered: false },
            )
            .forEach(
              (n) => {
                if (out.length === tearAt) throw new Error('torn')
                out.push(n)
              },
              { checkpoint: { save, everyItems: every } },
            )
        await go(at).catch(() => {})
        await go(Number.POSITIVE_INFINITY)
        expect(out.sort((a, b) => a - b)).toEqual(numbers(count))
      },
    )
    await fc.assert(property, { numRuns: 100 })
  })

  test('saves one cursor at a time, the last one at the end, and fails the run if one cannot be saved', async () => {
    let saving = 0
    const saved: number[] = []
    const save = async ({ next }: Cursor): Promise<void> => {
      expect(++saving).toBe(1)
      await quiet()
      saving--
      saved.push(next)
    }
    await from(numbers(50)).forEach(undefined, { checkpoint: { save, everyItems: 3 } })
    expect(saved.at(-1)).toBe(50)
    expect(saved.length).toBeLessThan(5)
    const lost = { save: () => Promise.reject(new Error('disk full')), everyItems: 1 }
    expect((await rejection(from(numbers(5)).forEach(undefined, { checkpoint: lost }))).error).toEqual(
      new Error('disk full'),
    )
  })

  test('costs no more for an item that failed long ago', async () => {
    let cursor: Cursor | undefined
    const save = (newer: Cursor) => {
      cursor = newer
    }
    const before = process.cpuUsage()
    await rejection(
      from(new Counted(200_000))
        .map((n) => {
          if (n === 0) throw new Error('torn')
          return n
        })
        .forEach(undefined, { errors: 'collect', checkpoint: { save, everyItems: 100 } }),
    )
    expect(cursor).toEqual({ next: 0, ahead: [[1, 200_000]] })
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(5_000)
    const beyond = { next: 1, ahead: [[2, 2 ** 40]] } as const
    expect(await from([5, 6, 7], { resume: beyond }).toArray()).toEqual([6])
  })

  test('passes over many items of an asynchronous source, too, and stops when it is aborted', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    async function* many() {
      for (let n = 0; n <= 100_000; n++) yield n
    }
    expect(await from(many(), { resume: { next: 100_000, ahead: [] } }).toArray()).toEqual([100_000])
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    let read = 0
    const slow = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          await quiet()
          return { done: false, value: read++ }
        },
      }),
    }
    const controller = new AbortController()
    const run = from(slow, { resume: { next: 1e9, ahead: [] } }).forEach(undefined, { signal: controller.signal })
    await quiet()
    controller.abort(new Error('enough'))
    await rejection(run)
    await quiet()
    const then = read
    for (let i = 0; i < 5; i++) await quiet()
    expect(read).toBe(then)
  })

  test('passes over many items without keeping the event loop', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const resume = { next: 300_000, ahead: [] }
    expect(await from(new Counted(300_001), { resume }).toArray()).toEqual([300_000])
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  test('is refused where no position is one of a source that from was given', async () => {
    const checkpoint = { save: () => {} }
    const [even, odd] = from(numbers(4)).partition((n) => n % 2 === 0)
    expect(() => even.run({ checkpoint })).toThrow(
      'run: checkpoint: items of partition 1 have no place in a source to go on from',
    )
    const both = even.merge(odd)
    expect(() => both.run({ checkpoint })).toThrow(/^run: checkpoint: items of merge /)
    const cursors: Cursor[] = []
    await from(both).forEach(undefined, { checkpoint: { save: (cursor) => cursors.push(cursor) } })
    expect(cursors).toEqual([{ next: 4, ahead: [] }])
  })

  test('refuses wrong settings and cursors', () => {
    const items = from([1])
    expect(() => items.run({ checkpoint: { save: 7 as never } })).toThrow(
      'run: checkpoint.save: expected a function, got 7',
    )
    expect(() => items.run({ checkpoint: { save() {}, everyItems: 0 } })).toThrow(/^run: checkpoint.everyItems: /)
    expect(() => from([1], { resume: { next: -1, ahead: [] } })).toThrow(/^from: resume.next: /)
    expect(() => from([1], { resume: { next: 5, ahead: [[3, 4]] } })).toThrow(/^from: resume.ahead: /)
  })
})

describe('a set of positions', () => {
  test('is what was added to it, in whatever order, in as few ranges as there can be', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30)), fc.nat(20), (added, at) => {
        let positions = new Positions()
        for (const [i, position] of added.entries()) {
          if (i === at) positions = new Positions(positions.toCursor())
          positions.add(position)
        }
        for (const n of numbers(32)) expect(positions.has(n)).toBe(added.includes(n))
        const { next, ahead } = positions.toCursor()
        const flat = [next, ...ahead.flat()]
        for (const [i, n] of flat.slice(1).entries()) expect(n).toBeGreaterThan(flat[i] as number)
      }),
      { numRuns: 500 },
    )
  })
})
