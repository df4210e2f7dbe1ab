import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

describe('an error', () => {
  test('ends the run with that very error, whatever was thrown', async () => {
    for (const error of [new Error('tea is out'), 'text', 0, null, undefined]) {
      const throws = (): number => {
        throw error
      }
      const rejects = async (): Promise<number> => throws()
      for (const pipeline of [
        () => from([1, 2, 3]).map(throws),
        () => from([1, 2, 3]).map(rejects, { concurrency: 2 }),
      ]) {
        expect((await rejection(pipeline().toArray())).error).toBe(error)
        expect((await rejection(pipeline().forEach())).error).toBe(error)
        expect((await rejection(pipeline().run().done)).error).toBe(error)
        const consumed = (async () => {
          for await (const _ of pipeline());
        })()
        expect((await rejection(consumed)).error).toBe(error)
      }
    }
  })

  test('reaches the reader of the output after the results before it', async () => {
    for (const error of [new Error('tea is out'), null]) {
      const { output } = from([1, 2])
        .map((n) => {
          if (n === 2) throw error
          return n
        })
        .run()
      expect(await output.receive()).toBe(1)
      expect((await rejection(output.receive())).error).toBe(error)
    }
  })

  test('ends the output with an error also when undefined was thrown', async () => {
    const { output, done } = from([1])
      .map((): number => {
        throw undefined
      })
      .run()
    expect((await rejection(output.receive())).error).toEqual(new Error('the pipeline failed with undefined'))
    expect((await rejection(done)).error).toBeUndefined()
  })

  test('stops every stage and the source from beginning anything more', async () => {
    const source = new Counted()
    const first = new Work<number>()
    const second = new Work<number>()
    const run = from(source).map(first.fn, { concurrency: 3 }).map(second.fn, { concurrency: 2 }).run()
    await quiet()
    await first.finish(0, 0)
    await first.finish(1, 1)
    await second.fail(0, new Error('tea is out'))
    const begun = [source.taken, first.begun.length, second.begun.length]
    for (const n of [2, 3, 4]) await first.finish(n, n)
    await second.finish(1, 1)
    expect([source.taken, first.begun.length, second.begun.length]).toEqual(begun)
    expect((await rejection(run.done)).error).toEqual(new Error('tea is out'))
  })

  test('stops a stage in the middle of a synchronous pass', async () => {
    const source = new Counted()
    const seen: number[] = []
    const results = from(source)
      .map((n) => {
        if (n === 3) throw new Error('three')
        seen.push(n)
        return n
      })
      .toArray()
    await rejection(results)
    expect(seen).toEqual([0, 1, 2])
    expect(source.taken).toBe(4)
  })

  test('aborts the signal of the stages with it, at once', async () => {
    const error = new Error('tea is out')
    const reasons: unknown[] = []
    const run = from([1, 2])
      .map(
        (n, _index, { signal }) =>
          n === 1
            ? new Promise<number>((resolve) => {
                signal.addEventListener('abort', () => {
                  reasons.push(signal.reason)
                  resolve(n)
                })
              })
            : Promise.reject(error),
        { concurrency: 2 },
      )
      .run()
    expect((await rejection(run.done)).error).toBe(error)
    expect(reasons).toEqual([error])
  })

  test('waits for the calls that run, then closes the source, then rejects', async () => {
    const events: string[] = []
    async function* source() {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        events.push('closing')
        await quiet()
        events.push('closed')
      }
    }
    const work = new Work<number>()
    const run = from(source()).map(work.fn, { concurrency: 2 }).run()
    run.done.catch(() => events.push('rejected'))
    await quiet()
    await work.fail(1, new Error('tea is out'))
    expect(events).toEqual([])
    await work.finish(0, 0)
    await quiet()
    expect(events).toEqual(['closing', 'closed', 'rejected'])
  })

  test('closes a source once, and not if it has ended or failed by itself', async () => {
    const fail = (): number => {
      throw new Error('tea is out')
    }
    const endless = new Counted()
    await rejection(from(endless).map(fail, { concurrency: 2 }).toArray())
    expect(endless.returned).toBe(1)

    const ended = new Counted(1)
    const work = new Work<number>()
    const results = rejection(from(ended).map(work.fn, { concurrency: 2 }).toArray())
    await quiet()
    await work.fail(0, new Error('late'))
    await results
    expect(ended.returned).toBe(0)

    let returned = 0
    const broken = { next: fail as () => never, return: () => ({ done: true, value: returned++ }) as const }
    await rejection(from({ [Symbol.iterator]: () => broken }).toArray())
    expect(returned).toBe(0)
  })

  test('is the first one; later ones change nothing and are handled', async () => {
    const unhandled = await unhandledDuring(async () => {
      const work = new Work<number>()
      const run = from([0, 1, 2, 3]).map(work.fn, { concurrency: 4 }).run()
      await quiet()
      await work.fail(2, new Error('first'))
      await work.fail(0, new Error('second'))
      await work.fail(1, undefined)
      await work.finish(3, 3)
      expect((await rejection(run.done)).error).toEqual(new Error('first'))
    })
    expect(unhandled).toEqual([])
  })

  test('is no unhandled rejection when nobody looks', async () => {
    const unhandled = await unhandledDuring(async () => {
      from([1, 2])
        .map(() => Promise.reject(new Error('nobody looks')), { concurrency: 2 })
        .run()
    })
    expect(unhandled).toEqual([])
  })

  test('of the source comes after the calls that run', async () => {
    const unhandled = await unhandledDuring(async () => {
      const work = new Work<number>()
      function* source() {
        yield 0
        throw new Error('source')
      }
      const run = from(source()).map(work.fn, { concurrency: 2 }).run()
      let settled = false
      run.done.catch(() => {
        settled = true
      })
      await quiet()
      expect(settled).toBe(false)
      await work.fail(0, new Error('later'))
      expect((await rejection(run.done)).error).toEqual(new Error('source'))
    })
    expect(unhandled).toEqual([])
  })

  test('of a thenable is one, wherever it throws', async () => {
    for (const thenable of [
      {
        // biome-ignore lint/suspicious/noThenProperty: that is the point
        get then(): never {
          throw new Error('getter')
        },
      },
      {
        // biome-ignore lint/suspicious/noThenProperty: that is the point
        then(): never {
          throw new Error('call')
        },
      },
    ]) {
      const { error } = await rejection(
        from([1])
          .map(() => thenable as unknown as number)
          .toArray(),
      )
      expect(error).toBeInstanceOf(Error)
    }
  })
})

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
})

describe('leaving', () => {
  test('a for await loop ends the run, waits for what runs and closes the source', async () => {
    const source = new Counted()
    let running = 0
    for await (const item of from(source).map(
      async (n) => {
        running++
        await quiet()
        running--
        return n
      },
      { concurrency: 4 },
    )) {
      if (item === 2) break
    }
    expect(running).toBe(0)
    expect(source.returned).toBe(1)
  })

  test('a for await loop by an error keeps that error', async () => {
    const source = new Counted()
    const loop = (async () => {
      for await (const item of from(source)) throw new Error(`not ${item}`)
    })()
    expect((await rejection(loop)).error).toEqual(new Error('not 0'))
    expect(source.returned).toBe(1)
  })

  test('is no unhandled rejection when calls fail afterwards', async () => {
    const unhandled = await unhandledDuring(async () => {
      const work = new Work<number>()
      const iterator = from(new Counted()).map(work.fn, { concurrency: 3, ordered: false })[Symbol.asyncIterator]()
      const first = iterator.next()
      await quiet()
      await work.finish(0, 0)
      expect(await first).toEqual({ done: false, value: 0 })
      const left = iterator.return?.()
      for (const n of work.running) await work.fail(n, new Error('nobody looks'))
      expect(await left).toEqual({ done: true, value: undefined })
      expect(await iterator.next()).toEqual({ done: true, value: undefined })
    })
    expect(unhandled).toEqual([])
  })

  test('while next() waits ends that wait', async () => {
    const work = new Work<number>()
    const iterator = from([0]).map(work.fn)[Symbol.asyncIterator]()
    const next = iterator.next()
    await quiet()
    const left = iterator.return?.()
    await work.finish(0, 0)
    await left
    expect(await next).toEqual({ done: true, value: undefined })
  })

  test('tells when the source fails to close, by break and by dispose', async () => {
    function* source() {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is the point
        throw new Error('cannot close')
      }
    }
    const loop = (async () => {
      for await (const _ of from(source())) break
    })()
    expect((await rejection(loop)).error).toEqual(new Error('cannot close'))
    const run = from(source()).run()
    await quiet()
    expect((await rejection(Promise.resolve(run[Symbol.asyncDispose]()))).error).toEqual(new Error('cannot close'))
  })

  test('before the first item runs nothing', async () => {
    const source = new Counted()
    const iterator = from(source)[Symbol.asyncIterator]()
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(source.taken).toBe(0)
  })

  test('by dispose ends the run and does not reject, whatever it ended with', async () => {
    const source = new Counted()
    const run = from(source).run()
    await quiet()
    await run[Symbol.asyncDispose]()
    await run[Symbol.asyncDispose]()
    expect(source.returned).toBe(1)
    expect((await rejection(run.done)).error).toMatchObject({ name: 'AbortError' })
    const failed = from([1])
      .map(() => Promise.reject(new Error('before')))
      .run()
    await quiet()
    await failed[Symbol.asyncDispose]()
    expect((await rejection(failed.done)).error).toEqual(new Error('before'))
    const succeeded = from([1]).run()
    await succeeded.output.receive()
    await succeeded[Symbol.asyncDispose]()
    expect((await succeeded.done).output.done).toBe(1)
  })

  test('by closing the output ends the run with the next result, also one that waits', async () => {
    for (const close of ['close', Symbol.dispose] as const) {
      const source = new Counted()
      const run = from(source).run()
      await quiet()
      run.output[close]()
      expect((await rejection(run.done)).error).toMatchObject({ name: 'AbortError' })
      expect(source.returned).toBe(1)
    }
    const work = new Work<number>()
    const run = from([0]).map(work.fn).run()
    await quiet()
    run.output.close()
    await work.finish(0, 0)
    expect((await rejection(run.done)).error).toMatchObject({ name: 'AbortError' })
  })
})
