import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

test('a promise that throws when it is looked at fails its call, and holds up nothing', async () => {
  const broken = () =>
    Object.defineProperty(Promise.resolve(1), 'constructor', {
      get: () => {
        throw new Error('torn')
      },
    })
  const run = from([1, 2, 3])
    .map((n) => (n === 2 ? broken() : Promise.resolve(n)), { concurrency: 3 })
    .run({ errors: 'collect' })
  const out: number[] = []
  const consumed = (async () => {
    for await (const n of run.output) out.push(n)
  })()
  await rejection(run.done)
  await consumed
  expect(out).toEqual([1, 3])
})

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

  test('stops a pass also where other calls of the stage run: nothing more is taken', async () => {
    const source = new Counted()
    const first = Promise.withResolvers<number>()
    const results = from(source)
      .map(
        (n) => {
          if (n === 1) throw new Error('one')
          return n === 0 ? first.promise : n
        },
        { concurrency: 4 },
      )
      .toArray()
    await quiet()
    first.resolve(0)
    expect((await rejection(results)).error).toEqual(new Error('one'))
    expect(source.taken).toBe(2)
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

  test('is an unhandled rejection of toArray and forEach when their promise is dropped', async () => {
    const fail = () => Promise.reject<number>('dropped')
    const unhandled = await unhandledDuring(async () => {
      void from([1]).map(fail).toArray()
      void from([1]).map(fail).forEach()
    })
    expect(unhandled).toEqual(['dropped', 'dropped'])
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
