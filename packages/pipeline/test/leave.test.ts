import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring, Work } from './support.ts'

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
    await succeeded.done
    await succeeded[Symbol.asyncDispose]()
    expect((await succeeded.done).output.done).toBe(1)
  })

  test('by closing the output ends the run at once, whatever is waited for', async () => {
    for (const close of ['close', Symbol.dispose] as const) {
      const source = new Counted()
      const run = from(source).run()
      await quiet()
      run.output[close]()
      expect((await rejection(run.done)).error).toMatchObject({ name: 'AbortError' })
      expect(source.returned).toBe(1)
    }
    const work = new Work<number>()
    let isAborted = false
    const note = (n: number, _: number, { signal }: { signal: AbortSignal }): Promise<number> => {
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      return work.fn(n)
    }
    const run = from([0]).map(note).run()
    await quiet()
    run.output.close()
    await quiet()
    expect(isAborted).toBe(true)
    await work.finish(0, 0)
    expect((await rejection(run.done)).error).toMatchObject({ name: 'AbortError' })
    let returned = 0
    const silent = { next: () => new Promise<never>(() => {}), return: async () => ({ done: true, value: returned++ }) }
    const paused = from({ [Symbol.asyncIterator]: () => silent as AsyncIterator<number> }).run()
    await quiet()
    paused.output.close()
    expect((await rejection(paused.done)).error).toMatchObject({ name: 'AbortError' })
    expect(returned).toBe(1)
  })
})
