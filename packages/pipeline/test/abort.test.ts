import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { from, type Pipeline, type Value } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

describe('abort', () => {
  test('ends the run with the reason, an AbortError if none is given', async () => {
    const run = from(new Counted()).run()
    run.abort(null)
    expect((await rejection(run.done)).error).toBeNull()
    const other = from(new Counted()).run()
    other.abort()
    expect((await rejection(other.done)).error).toMatchObject({ name: 'AbortError' })
  })

  test('does nothing when the run has ended', async () => {
    const run = from([1]).run()
    expect(await run.output.receive()).toBe(1)
    await run.done
    run.abort(new Error('too late'))
    expect((await run.done).output.done).toBe(1)
    expect(await run.output.receive()).toBeUndefined()
  })

  test('waits for the calls that run', async () => {
    const work = new Work<number>()
    const run = from([0]).map(work.fn).run()
    await quiet()
    let settled = false
    run.done.catch(() => {
      settled = true
    })
    run.abort()
    await quiet()
    expect(settled).toBe(false)
    await work.finish(0, 0)
    await quiet()
    expect(settled).toBe(true)
  })

  test('does not wait for a source inside of next(), but tells it to return', async () => {
    let returned = 0
    const pending = {
      next: () => new Promise<never>(() => {}),
      return: async () => ({ done: true, value: returned++ }) as const,
    }
    const run = from({ [Symbol.asyncIterator]: () => pending }).run()
    await quiet()
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    expect(returned).toBe(1)

    async function* generator() {
      yield await new Promise<never>(() => {})
    }
    const other = from(generator()).run()
    await quiet()
    other.abort('enough')
    expect((await rejection(other.done)).error).toBe('enough')
  })

  test('lets a source that heeds the same signal close first', async () => {
    const controller = new AbortController()
    let closed = false
    async function* source() {
      try {
        await new Promise((_resolve, reject) => {
          controller.signal.addEventListener('abort', () => reject(controller.signal.reason))
        })
        yield 1
      } finally {
        closed = true
      }
    }
    const results = from(source()).toArray({ signal: controller.signal })
    await quiet()
    controller.abort('enough')
    expect((await rejection(results)).error).toBe('enough')
    expect(closed).toBe(true)
  })

  test('comes through a signal, and leaves no listener on it', async () => {
    const { signal } = new AbortController()
    for (let round = 0; round < 20; round++) await from([1]).toArray({ signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)

    const controller = new AbortController()
    const run = from(new Counted()).run({ signal: controller.signal })
    await quiet()
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    controller.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('before the start touches nothing', async () => {
    let opened = false
    const source = {
      [Symbol.iterator]: () => {
        opened = true
        return [1][Symbol.iterator]()
      },
    }
    const { error } = await rejection(from(source).toArray({ signal: AbortSignal.abort('never mind') }))
    expect(error).toBe('never mind')
    const run = from(source).run()
    run.abort('nor mine')
    expect((await rejection(run.done)).error).toBe('nor mine')
    expect(opened).toBe(false)
  })

  test('from inside of a call is heeded before the next one', async () => {
    const controller = new AbortController()
    const seen: number[] = []
    const results = from(new Counted())
      .map((n) => {
        seen.push(n)
        if (n === 2) controller.abort('enough')
        return n
      })
      .toArray({ signal: controller.signal })
    expect((await rejection(results)).error).toBe('enough')
    expect(seen).toEqual([0, 1, 2])
  })

  test('from inside of the source is heeded before the next call and the next item', async () => {
    for (const buffer of [0, 5]) {
      const controller = new AbortController()
      let taken = 0
      const seen: number[] = []
      function* source() {
        for (;;) {
          if (++taken === 3) controller.abort('enough')
          yield taken
        }
      }
      const results = from(source())
        .buffer(buffer)
        .map((n) => {
          seen.push(n)
          return n
        })
        .toArray({ signal: controller.signal })
      expect((await rejection(results)).error).toBe('enough')
      expect([taken, seen]).toEqual([3, [1, 2]])
    }
  })

  test('from inside of the source is heeded before the next call also while other calls run', async () => {
    const controller = new AbortController()
    const first = Promise.withResolvers<number>()
    const seen: number[] = []
    function* source() {
      yield* [1, 2]
      controller.abort('enough')
      first.resolve(1)
      yield 3
    }
    const call = (n: number): number | Promise<number> => {
      seen.push(n)
      return n === 1 ? first.promise : n
    }
    const results = from(source()).map(call, { concurrency: 4 }).toArray({ signal: controller.signal })
    expect((await rejection(results)).error).toBe('enough')
    expect(seen).toEqual([1, 2])
  })

  test('reaches a pipeline inside of another one', async () => {
    const source = new Counted()
    const never = from(source).map(() => new Promise<number>((_resolve, reject) => rejectLater.push(reject)))
    const rejectLater: ((error: unknown) => void)[] = []
    const outer = from(never).run()
    await quiet()
    outer.abort('enough')
    await quiet()
    for (const reject of rejectLater) reject('told')
    expect((await rejection(outer.done)).error).toBe('enough')
    await quiet()
    expect(source.returned).toBe(1)
  })

  test.each<[string, (items: Pipeline<number>) => Pipeline<unknown & Value>]>([
    ['is the source of it', (items) => from(items)],
    ['is read by a stage', (items) => from([items]).flatten()],
    ['is merged', (items) => items.merge([])],
    ['is the first of others', (items) => items.concat([1])],
    ['is zipped', (items) => items.zip(new Counted())],
    ['is branched, and joined again', (items) => joined(items.partition((n) => n % 2 === 0))],
    ['goes through a stage', (items) => items.through((all) => all.map((n) => n))],
  ])('waits for the calls, and the source, of a pipeline that %s', async (_, made) => {
    const [source, work] = [new Counted(), new Work<number>()]
    for (const checkpoint of [undefined, { save: () => {} }]) {
      const run = from(made(from(source).map(work.fn, { concurrency: 2 }))).run({ checkpoint })
      await quiet()
      let isOver = false
      const over = rejection(run.done).then(() => {
        isOver = true
      })
      run.abort('enough')
      await quiet()
      expect([work.running.length, isOver]).toEqual([2, false])
      for (const n of work.running) await work.finish(n, n)
      await over
    }
    expect(source.returned).toBe(2)
  })

  test('is no unhandled rejection when the source fails to return afterwards', async () => {
    const unhandled = await unhandledDuring(async () => {
      const next = Promise.withResolvers<never>()
      const back = Promise.withResolvers<never>()
      const source = { next: () => next.promise, return: () => back.promise }
      const run = from({ [Symbol.asyncIterator]: () => source }).run()
      await quiet()
      run.abort('enough')
      expect((await rejection(run.done)).error).toBe('enough')
      next.reject(new Error('late'))
      back.reject(new Error('later'))
    })
    expect(unhandled).toEqual([])
  })

  test('can be listened to by as many calls as run, without a warning', async () => {
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    const run = from(new Counted())
      .map(
        (_, _index, { signal }) =>
          new Promise<number>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        { concurrency: 100 },
      )
      .run()
    await quiet()
    expect(run.stats().stages[0]?.running).toBe(100)
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    await quiet()
    process.off('warning', note)
    expect(warnings).toEqual([])
  })
})

describe('a source that ends by itself while the run is aborted', () => {
  /** Ends with its second answer, which is on its way when `meanwhile` is called. */
  function ending(layers: number, meanwhile: () => void) {
    let returned = 0
    async function* items() {
      yield 1
      queueMicrotask(meanwhile)
    }
    const generator = items()
    let next = (): Promise<IteratorResult<number>> => generator.next()
    for (let layer = 0; layer < layers; layer++) {
      const inner = next
      next = async () => inner()
    }
    const iterator = { next: () => next(), return: async () => ({ done: true, value: returned++ }) as const }
    return { source: { [Symbol.asyncIterator]: () => iterator }, returned: () => returned }
  }

  test.each([0, 1, 2])('is not told to return: its last answer is on its way (behind %i functions)', async (layers) => {
    const { source, returned } = ending(layers, () => run.abort('enough'))
    const run = from(source).run()
    await run.output.receive()
    expect((await rejection(run.done)).error).toBe('enough')
    expect(returned()).toBe(0)
  })

  test('is not told to return inside of flatten, nor with a checkpoint', async () => {
    const flat = ending(0, () => run.abort('enough'))
    const run = from([flat.source]).flatten().run()
    await run.output.receive()
    expect((await rejection(run.done)).error).toBe('enough')
    const tracked = ending(0, () => other.abort('enough'))
    const other = from(tracked.source).run({ checkpoint: { save: () => {} } })
    await other.output.receive()
    expect((await rejection(other.done)).error).toBe('enough')
    await quiet()
    expect([flat.returned(), tracked.returned()]).toEqual([0, 0])
  })

  test('is closed, and waited for, if its answer was an item', async () => {
    const next = Promise.withResolvers<{ done: false; value: number }>()
    let isClosed = false
    const iterator = {
      next: () => next.promise,
      async return() {
        await quiet()
        isClosed = true
        return { done: true, value: 0 } as const
      },
    }
    const run = from({ [Symbol.asyncIterator]: () => iterator }).run()
    await quiet()
    next.resolve({ done: false, value: 1 })
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    expect(isClosed).toBe(true)
  })
})

function joined([one, other]: readonly [Pipeline<number>, Pipeline<number>]): Pipeline<number> {
  return one.merge(other)
}
