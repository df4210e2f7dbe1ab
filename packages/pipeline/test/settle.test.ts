import { channel } from '@millrace/mpsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cursor, from, type Pipeline } from '../src/index.ts'
import { Positions } from '../src/lineage/positions.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** A source that notes what it is told of each item. */
class Settled {
  readonly well: number[] = []
  readonly badly: [item: number, error: unknown][] = []
  readonly items: Iterable<number>

  constructor(items: Iterable<number>) {
    this.items = items
  }

  settle(item: number, ...errors: unknown[]): void {
    if (errors.length === 0) this.well.push(item)
    else this.badly.push([item, errors[0]])
  }
}

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
    await quiet()
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

describe('a settled source', () => {
  test('has the last item of a loop settled once, and well, however long the loop keeps it waiting', async () => {
    const source = new Settled([1, 2, 3])
    for await (const n of from(source).map(asIs)) {
      for (let i = 0; i < 3; i++) await quiet()
      expect(source.well).toEqual(numbers(n + 1).slice(1))
    }
    expect([source.well, source.badly]).toEqual([[1, 2, 3], []])
  })

  test('has an item settled once that is taken after the run has failed', async () => {
    const source = new Settled([1, 2, 3])
    const iterator = from(source)
      .map((n) => {
        if (n === 3) throw new Error('three')
        return n
      })
      [Symbol.asyncIterator]()
    await iterator.next()
    await quiet()
    await iterator.next()
    await rejection(iterator.next())
    expect([...source.well, ...source.badly.map(([n]) => n)].sort()).toEqual([1, 2, 3])
  })

  test('may ask for the next item while it settles one: none comes twice', async () => {
    const taken: unknown[] = []
    const settled: number[] = []
    const iterator = from({
      items: [1, 2, 3, 4],
      settle(n: number) {
        settled.push(n)
        if (n === 2) iterator.next().then(({ value }) => taken.push(value))
      },
    })[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) {
      const { value } = await iterator.next()
      if (value !== undefined) taken.push(value)
      await quiet()
    }
    expect([taken, settled]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ])
  })

  test('is not read any more once the run has ended, whatever was waited for', async () => {
    const { sender, receiver } = channel<number>({ capacity: 600 })
    await sender.sendMany(numbers(600))
    const settling = Promise.withResolvers<void>()
    const settled = new Set<number>()
    const controller = new AbortController()
    const settle = (n: number) => {
      settled.add(n)
      return settling.promise
    }
    const run = from({ items: receiver, settle }).map(asIs).forEach(undefined, { signal: controller.signal })
    await quiet()
    controller.abort(new Error('enough'))
    settling.resolve()
    await rejection(run)
    await quiet()
    expect([...settled]).toEqual(numbers(256))
    expect(receiver.tryReceive()).toBe(256)
  })
})

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
    const began = performance.now()
    await rejection(
      from(new Counted(200_000))
        .map((n) => {
          if (n === 0) throw new Error('torn')
          return n
        })
        .forEach(undefined, { errors: 'collect', checkpoint: { save, everyItems: 100 } }),
    )
    expect(cursor).toEqual({ next: 0, ahead: [[1, 200_000]] })
    expect(performance.now() - began).toBeLessThan(3_000)
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
