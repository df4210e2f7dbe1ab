import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { quiet, rejection, Settled } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const asIs = (n: number) => n

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

  test('has an item settled that comes when the run has ended: nobody wants it any more', async () => {
    const late = Promise.withResolvers<void>()
    async function* items() {
      await late.promise
      yield 1
    }
    const told: unknown[][] = []
    const run = from({ items: items(), settle: (...args: [number, unknown?]) => void told.push(args) }).run()
    await quiet()
    run.abort()
    await rejection(run.done)
    expect(told).toEqual([])
    late.resolve()
    await quiet()
    expect(told).toMatchObject([[1, { name: 'AbortError', code: 'unprocessed' }]])
  })

  test('has an item settled, and well, when it lies in the output', async () => {
    const source = new Settled([1, 2, 3])
    const run = from(source).run()
    for (const n of [1, 2, 3]) {
      await quiet()
      expect(source.well).toEqual(numbers(n + 1).slice(1))
      expect(await run.output.receive()).toBe(n)
    }
    expect(await run.output.receive()).toBeUndefined()
    await run.done
    expect([source.well, source.badly]).toEqual([[1, 2, 3], []])
  })

  test('has no item sent that it was told was not processed, however long the end of the run takes', async () => {
    const told: unknown[][] = []
    const settling = Promise.withResolvers<void>()
    const settle = (...args: [number, unknown?]) => {
      told.push(args)
      return settling.promise
    }
    const run = from({ items: [1, 2], settle }).run()
    await quiet()
    run.abort('enough')
    await quiet()
    expect(told).toMatchObject([[1], [2, { code: 'unprocessed' }]])
    expect(await run.output.receive()).toBe(1)
    const next = rejection(run.output.receive())
    settling.resolve()
    expect((await next).error).toBe('enough')
  })

  test('is told why the run has ended of what did not fail itself', async () => {
    const source = new Settled([1, 2])
    const both = Promise.withResolvers<void>()
    const run = from(source).map(
      async (n, _, { signal }) => {
        if (n === 1) {
          await both.promise
          throw new Error('torn')
        }
        both.resolve()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return n
      },
      { concurrency: 2 },
    )
    await rejection(run.toArray())
    expect(source.badly).toMatchObject([
      [1, new Error('torn')],
      [2, { code: 'unprocessed', cause: new Error('torn') }],
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
    while (settled.size < 256) await quiet()
    controller.abort(new Error('enough'))
    settling.resolve()
    await rejection(run)
    await quiet()
    expect([...settled]).toEqual(numbers(256))
    expect(receiver.tryReceive()).toBe(256)
  })
})
