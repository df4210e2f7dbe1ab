import { channel, type Value } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import type { DeadLetter, Pipeline, PipelineStats, RunOptions } from '../src/index.ts'
import { from } from '../src/index.ts'
import { trace } from '../src/trace.ts'
import { quiet, Work } from './support.ts'

function thirdFails(n: number): number {
  if (n % 3 === 0) throw new Error(`no ${n}`)
  return n
}

/** How a run of it stands when it has ended, whichever way. */
async function ended<T extends Value>(pipeline: Pipeline<T>, options?: RunOptions): Promise<PipelineStats> {
  const run = pipeline.run(options)
  const drained = (async () => {
    for await (const _ of run.output);
  })()
  await Promise.allSettled([drained, run.done])
  return run.stats()
}

function errorsOf({ source, stages, output }: PipelineStats): number[] {
  return [source, ...stages, output].map(({ errors }) => errors)
}

const seven = () => from([1, 2, 3, 4, 5, 6, 7])

describe('stats count as an error a call that failed for good', () => {
  test('whose error is collected', async () => {
    const stats = await ended(seven().map(thirdFails), { errors: 'collect' })
    expect(errorsOf(stats)).toEqual([0, 2, 0])
    expect(stats.stages[0]).toMatchObject({ received: 7, done: 5, dropped: 2 })
  })

  test('whose item went to a dead letter channel', async () => {
    const letters = channel<DeadLetter<number>>({ capacity: 9 })
    const stats = await ended(seven().map(thirdFails, { deadLetter: letters.sender, retry: { times: 2 } }))
    expect([errorsOf(stats), letters.receiver.length]).toEqual([[0, 2, 0], 2])
    expect(stats.stages[0]).toMatchObject({ received: 7, done: 5, dropped: 2 })
  })

  test('and once if its dead letter cannot be sent', async () => {
    const letters = channel<DeadLetter<number>>({ capacity: 9 })
    letters.sender.close()
    expect(errorsOf(await ended(seven().map(thirdFails, { deadLetter: letters.sender })))).toEqual([0, 1, 0])
  })

  test('whose error goes on as a result, and not again where it is caught', async () => {
    const errors = channel<Value>({ capacity: 9 })
    const asyncFails = async (n: number): Promise<number> => thirdFails(n)
    for (const fails of [thirdFails as unknown as typeof asyncFails, asyncFails]) {
      const pipeline = seven()
        .attempt(fails)
        .mapOk(() => fails(1))
        .catch(errors.sender)
      const { stages } = await ended(pipeline)
      expect(stages.map((stage) => stage.errors)).toEqual([2, 0, 0])
      expect(stages.map(({ done, dropped }) => [done, dropped])).toEqual([
        [7, 0],
        [7, 0],
        [5, 2],
      ])
    }
  })

  test('of mapOk, where the result that was well becomes an error', async () => {
    const { stages } = await ended(
      seven()
        .attempt((n) => n)
        .mapOk(thirdFails),
    )
    expect(stages.map((stage) => stage.errors)).toEqual([0, 2])
  })

  test('that fails the run', async () => {
    const stats = await ended(
      seven()
        .map((n) => n)
        .map(async (n) => thirdFails(n)),
    )
    expect(errorsOf(stats)).toEqual([0, 0, 1, 0])
  })

  test('that gave undefined, or whose key did not come', async () => {
    expect(errorsOf(await ended(seven().map(() => undefined as never)))).toEqual([0, 1, 0])
    expect(
      errorsOf(
        await ended(
          seven().map((n) => n, { keyBy: thirdFails }),
          { errors: 'collect' },
        ),
      ),
    ).toEqual([0, 2, 0])
  })

  test('that took too long', async () => {
    const slow = (_: number, __: number, { signal }: { signal: AbortSignal }): Promise<number> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(1)))
    expect(errorsOf(await ended(from([1]).map(slow, { timeoutMs: 1 })))).toEqual([0, 1, 0])
  })

  test('of whatever else a stage asks: a rule, an inner source, what it tells of a drop', async () => {
    const inner = (n: number) => [thirdFails(n), n][Symbol.iterator]() as unknown as Iterable<number>
    const lazy = (n: number): Iterable<number> => ({ [Symbol.iterator]: () => inner(n)[Symbol.iterator]() })
    const flat = seven().map(lazy).flatten()
    expect(errorsOf(await ended(flat, { errors: 'collect' }))).toEqual([0, 0, 2, 0])
    const broken = from([
      {
        next: () => Promise.reject(new Error('no')),
        [Symbol.asyncIterator]() {
          return this
        },
      },
    ])
    expect(errorsOf(await ended(broken.flatten(), { errors: 'collect' }))).toEqual([0, 1, 0])
    expect(errorsOf(await ended(seven().takeWhile((n) => thirdFails(n) > 0)))).toEqual([0, 1, 0])
    expect(errorsOf(await ended(seven().batchWhile((_: number | undefined, n) => thirdFails(n))))).toEqual([0, 1, 0])
  })

  test('of a source that fails, or gives undefined', async () => {
    async function* source(): AsyncGenerator<number> {
      yield 1
      throw new Error('dry')
    }
    expect(errorsOf(await ended(from(source())))).toEqual([1, 0])
    expect(errorsOf(await ended(from([1, undefined as never])))).toEqual([1, 0])
    const unopened = { [Symbol.iterator]: (): Iterator<number> => thirdFails(3) as never }
    expect(errorsOf(await ended(from(unopened)))).toEqual([1, 0])
  })
})

describe('stats count as no error', () => {
  test('an attempt after which another one was well', async () => {
    let calls = 0
    const second = (n: number): number => {
      if (++calls === 1) throw new Error('no')
      return n
    }
    expect(errorsOf(await ended(from([1]).map(second, { retry: { times: 1 } })))).toEqual([0, 0, 0])
  })

  test('what calls reject with once the run is aborted or fails: that is a consequence', async () => {
    for (const end of ['abort', 'fail'] as const) {
      const work = new Work<number>()
      const run = seven().map(work.fn, { concurrency: 3 }).run()
      await quiet()
      if (end === 'abort') run.abort('enough')
      for (const n of work.running) await work.fail(n, new Error(`no ${n}`))
      await run.done.catch(() => {})
      expect(errorsOf(run.stats()), end).toEqual([0, end === 'abort' ? 0 : 1, 0])
    }
  })

  test('what fails before a stage that has all it wanted', async () => {
    const work = new Work<number>()
    const done = seven().map(work.fn, { concurrency: 2, ordered: false }).take(1).forEach()
    await quiet()
    await work.finish(1, 1)
    await work.fail(2, new Error('no'))
    expect(errorsOf(await done)).toEqual([0, 0, 0, 0])
  })
})

test('a trace keeps the errors of each stage, and its page shows them', async () => {
  const traced = trace()
  await ended(seven().map(thirdFails, { name: 'third' }), { errors: 'collect', trace: traced })
  expect(traced.toJSON().stats?.stages[0]?.errors).toBe(2)
  expect(traced.toHtml()).toContain('"errors":2')
})
