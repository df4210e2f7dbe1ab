import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

describe('from', () => {
  test('reads iterables, async iterables, streams and strings', async () => {
    async function* generator() {
      yield* [1, 2]
    }
    expect(await from([1, 2]).toArray()).toEqual([1, 2])
    expect(await from(new Set([1, 2])).toArray()).toEqual([1, 2])
    expect(await from('né').toArray()).toEqual(['n', 'é'])
    expect(await from(generator()).toArray()).toEqual([1, 2])
    expect(await from(Readable.from([1, 2])).toArray()).toEqual([1, 2])
    expect(await from(ReadableStream.from([1, 2])).toArray()).toEqual([1, 2])
    expect(await from(from([1, 2]).map((n) => n * 2)).toArray()).toEqual([2, 4])
  })

  test('awaits the promises an iterable holds, one after the other', async () => {
    expect(await from([Promise.resolve(1), 2, Promise.resolve(3)]).toArray()).toEqual([1, 2, 3])
  })

  test('looks after all promises of an array, also those it does not reach', async () => {
    const unhandled = await unhandledDuring(async () => {
      const slow = new Promise<number>((resolve) => setImmediate(resolve, 0))
      expect(await rejection(from([Promise.reject(1), Promise.reject<number>(2)]).toArray())).toEqual({ error: 1 })
      expect(await rejection(from([slow, Promise.reject<number>(2)]).toArray())).toEqual({ error: 2 })
    })
    expect(unhandled).toEqual([])
  })

  test('leaves the promises of an array alone that it does not begin to read', async () => {
    const unhandled = await unhandledDuring(async () => {
      from([Promise.reject<number>('not read')])
    })
    expect(unhandled).toEqual(['not read'])
  })

  test('closes an iterable whose promise rejects, and fails with its reason', async () => {
    let closed = 0
    function* source() {
      try {
        yield Promise.reject(new Error('tea is out'))
      } finally {
        closed++
      }
    }
    expect((await rejection(from(source()).toArray())).error).toEqual(new Error('tea is out'))
    expect(closed).toBe(1)
  })

  test('fails for an item that is undefined, and closes the source', async () => {
    let closed = 0
    function* source() {
      try {
        yield 1
        yield undefined as unknown as number
      } finally {
        closed++
      }
    }
    const { error } = await rejection(from(source(), { name: 'leaves' }).toArray())
    expect(error).toEqual(new TypeError('leaves: item 1 is undefined, which is never an item'))
    expect(closed).toBe(1)
  })

  test('asks for nothing more after an item that is undefined, also ahead of need', async () => {
    let taken = 0
    const source = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: taken++ ? undefined : 1 }) }) }
    await rejection(
      from(source as Iterable<number>)
        .buffer(9)
        .toArray(),
    )
    expect(taken).toBe(2)
  })

  test('fails for a next() that gives no object, and for one that is missing', async () => {
    const bad = { [Symbol.iterator]: () => ({ next: () => 7 as unknown as IteratorResult<number> }) }
    expect((await rejection(from(bad).toArray())).error).toEqual(new TypeError('source: next() gave 7, not an object'))
    const none = { [Symbol.iterator]: () => ({}) as Iterator<number> }
    expect((await rejection(from(none).toArray())).error).toBeInstanceOf(TypeError)
  })

  test('fails with what opening the source throws', async () => {
    const source = {
      [Symbol.iterator]: (): Iterator<number> => {
        throw new Error('locked')
      },
    }
    expect((await rejection(from(source).toArray())).error).toEqual(new Error('locked'))
  })

  test('never asks for another item while one is due', async () => {
    let due = 0
    let most = 0
    let n = 0
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          most = Math.max(most, ++due)
          await quiet()
          due--
          return n < 5 ? { done: false as const, value: n++ } : { done: true as const, value: undefined }
        },
      }),
    }
    const results = from(source)
      .buffer(3)
      .map(async (item) => item, { concurrency: 4 })
      .toArray()
    expect(await results).toEqual([0, 1, 2, 3, 4])
    expect(most).toBe(1)
  })

  test('asks for nothing that has no room', async () => {
    const source = new Counted()
    const work = new Work<number>()
    const run = from(source).map(work.fn, { concurrency: 3 }).run()
    await quiet()
    expect(source.taken).toBe(3)
    run.abort()
    for (const n of [0, 1, 2]) await work.finish(n, n)
  })
})

describe('from a receiver', () => {
  test('takes until the channel is closed and drained', async () => {
    const { sender, receiver } = channel<number>({ capacity: 2 })
    const results = from(receiver).toArray()
    for (const n of [1, 2, 3, 4]) await sender.send(n)
    sender.close()
    expect(await results).toEqual([1, 2, 3, 4])
  })

  test('fails with the error the channel was closed with', async () => {
    for (const waits of [true, false]) {
      const { sender, receiver } = channel<number>({ capacity: 2 })
      if (!waits) sender.close(new Error('tea is out'))
      const results = rejection(from(receiver).toArray())
      await quiet()
      sender.close(new Error('tea is out'))
      expect((await results).error).toEqual(new Error('tea is out'))
    }
  })

  test('leaves it open, and what was not taken in it', async () => {
    const { sender, receiver } = channel<number>({ capacity: 10 })
    for (const n of [1, 2, 3, 4]) await sender.send(n)
    for await (const item of from(receiver)) {
      expect(item).toBe(1)
      break
    }
    expect(receiver.closed).toBe(false)
    // The second one was held, ready to be asked for, unless the run was resting just then.
    expect([2, 3]).toContain(await receiver.receive())
    expect(receiver.length).toBeGreaterThanOrEqual(1)
  })

  test('that waits is left at once by an abort, and loses no later value', async () => {
    const unhandled = await unhandledDuring(async () => {
      const { sender, receiver } = channel<number>({ capacity: 1 })
      const run = from(receiver).run()
      await quiet()
      run.abort('enough')
      expect((await rejection(run.done)).error).toBe('enough')
      await sender.send(7)
      expect(await receiver.receive()).toBe(7)
    })
    expect(unhandled).toEqual([])
  })
})

describe('a second run', () => {
  test('throws TypeError, of the same pipeline or another upon the same from', async () => {
    const base = from([1, 2])
    const pipeline = base.map((n) => n)
    expect(await pipeline.toArray()).toEqual([1, 2])
    const again = new TypeError('run: source has been run already; a source is read once, so begin anew with from()')
    expect(() => pipeline.toArray()).toThrow(again)
    expect(() => base.map((n) => -n).run()).toThrow(again)
    expect(() => base.forEach()).toThrow(again)
    expect((await rejection(base[Symbol.asyncIterator]().next())).error).toEqual(again)
  })
})
