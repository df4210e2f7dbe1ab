import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

describe('merge, concat and zip', () => {
  test('merge emits what has come from any, and closes all when it is left', async () => {
    const sources = [new Counted(), new Counted()]
    const seen: number[] = []
    for await (const n of from(sources[0] as Counted).merge(sources[1] as Counted)) if (seen.push(n) === 6) break
    expect(seen.filter((n) => n === 0)).toEqual([0, 0])
    expect(sources.map(({ returned }) => returned)).toEqual([1, 1])
    expect(
      (
        await from([1])
          .merge(['a', 'b'], from([true]))
          .toArray()
      ).length,
    ).toBe(4)
  })

  test('concat emits one after the other, and reads none before its turn', async () => {
    const later = new Counted(2)
    const run = from([7, 8]).concat(later).run()
    await quiet()
    expect(later.taken).toBe(0)
    expect(await run.output.receiveMany(9)).toEqual([7])
    expect(await from([7]).concat(new Counted(2), [9]).toArray()).toEqual([7, 0, 1, 9])
    await run[Symbol.asyncDispose]()
  })

  test('zip ends when the first has no more, or fails, or the run is aborted, whatever the others are at', async () => {
    const never = {
      next: () => new Promise<never>(() => {}),
      return: async () => ({ done: true, value: undefined }) as const,
    }
    const silent = { [Symbol.asyncIterator]: () => never } as AsyncIterable<number>
    expect(
      await from([] as number[])
        .zip(silent)
        .toArray(),
    ).toEqual([])
    const torn = from([1]).map(() => Promise.reject<number>(new Error('torn')))
    expect((await rejection(from(silent).zip(torn).toArray())).error).toEqual(new Error('torn'))
    let aborted = false
    const inner = from([1, 2]).map((_, __, { signal }): Promise<number> => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(signal.reason)
        })
      })
    })
    const other = new Counted()
    const run = from(other).zip(inner).run()
    await quiet()
    run.abort('enough')
    await rejection(run.done)
    expect([aborted, other.returned]).toEqual([true, 1])
  })

  test('zip that ends takes nothing more from a channel, waits for those it closes, and fails with what that brings to light', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    await sender.send('r1')
    expect(await from([1]).zip(receiver).toArray()).toEqual([[1, 'r1']])
    await sender.send('r2')
    expect(receiver.tryReceive()).toBe('r2')
    for (const wait of [async () => {}, () => new Promise<void>((resolve) => setImmediate(resolve))]) {
      async function* slow() {
        try {
          for (let n = 0; ; n++) {
            await wait()
            yield n
          }
        } finally {
          await quiet()
          await Promise.reject(new Error('stuck'))
        }
      }
      expect((await rejection(from([1, 2]).zip(slow()).toArray())).error).toEqual(new Error('stuck'))
    }
  })

  test('zip closes what it has opened when another source cannot be', async () => {
    const opened = new Counted()
    const broken = {
      [Symbol.asyncIterator]: () => {
        throw new Error('no entry')
      },
    } as AsyncIterable<number>
    expect((await rejection(from(opened).zip(opened, broken).toArray())).error).toEqual(new Error('no entry'))
    expect(opened.returned).toBeGreaterThan(0)
  })

  test('zip that is aborted while it closes the others waits for the calls of those all the same', async () => {
    const work = new Work<number>()
    const run = from(new Counted()).map(work.fn, { concurrency: 2 }).zip(['a']).run()
    await quiet()
    await work.finish(0, 0)
    const slow = [...work.running]
    let isOver = false
    const over = rejection(run.done).then(() => {
      isOver = true
    })
    run.abort('enough')
    await quiet()
    expect([slow.length, work.running, isOver]).toEqual([2, slow, false])
    for (const n of slow) await work.finish(n, n)
    await over
  })

  test('zip ends with the shortest, and closes the others', async () => {
    const endless = new Counted()
    expect(
      await from(endless)
        .zip('ab', [Promise.resolve(true), false, true])
        .toArray(),
    ).toEqual([
      [0, 'a', true],
      [1, 'b', false],
    ])
    expect(endless.returned).toBe(1)
  })

  test('zip tells no source to return that has ended by itself', async () => {
    const [short, long] = [new Counted(2), new Counted()]
    expect(await from(['a', 'b', 'c']).zip(short, long).toArray()).toEqual([
      ['a', 0, 0],
      ['b', 1, 1],
    ])
    expect([short.returned, long.returned]).toEqual([0, 1])
  })

  test('a source that fails fails the whole, and the others are closed', async () => {
    const found = await unhandledDuring(async () => {
      for (const join of ['merge', 'concat', 'zip'] as const) {
        const other = new Counted()
        async function* torn() {
          yield 1
          throw new Error('torn')
        }
        const joined: Pipeline<unknown[] | number> =
          join === 'concat'
            ? from(torn()).concat(other)
            : join === 'zip'
              ? from(other).zip(torn())
              : from(other).merge(torn())
        expect((await rejection(joined.forEach())).error).toEqual(new Error('torn'))
        expect(other.returned).toBe(join === 'concat' ? 0 : 1)
      }
    })
    expect(found).toEqual([])
  })

  test('refuse what cannot be read', () => {
    expect(() => from([1]).merge(7 as never)).toThrow(
      'merge: expected an iterable, an async iterable or a receiver, got 7',
    )
  })
})

describe('through', () => {
  test('goes on with what a function of your own makes', async () => {
    async function* twice(items: AsyncIterable<number>) {
      for await (const n of items) {
        yield n
        yield n
      }
    }
    expect(
      await from([1, 2])
        .through(twice)
        .map((n) => n * 2)
        .toArray(),
    ).toEqual([2, 2, 4, 4])
  })
})
