import { threadPool } from '@millrace/pool'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { from, type Pipeline, type ThreadRunner } from '../src/index.ts'
import { Counted, quiet, rejection, Work } from './support.ts'

const pool = threadPool<typeof import('./fixtures/tasks.ts')>(new URL('./fixtures/tasks.ts', import.meta.url), {
  threads: 2,
})
afterAll(() => pool.shutdown())

describe('threads', () => {
  test('runs the task on the threads of a pool and emits its results in order', async () => {
    const squares = from(new Counted(20)).threads(pool, 'square')
    expectTypeOf(squares).toEqualTypeOf<Pipeline<number>>()
    expect(await squares.toArray()).toEqual(Array.from({ length: 20 }, (_, n) => n * n))
  })

  test('moves what transfer names, and takes results out of move', async () => {
    const bytes = [new Uint8Array(3), new Uint8Array(2)]
    const filled = from(bytes).threads(pool, 'fill', { transfer: ({ buffer }) => [buffer] })
    expectTypeOf(filled).toEqualTypeOf<Pipeline<Uint8Array<ArrayBuffer>>>()
    expect(await filled.toArray()).toEqual([Uint8Array.of(7, 7, 7), Uint8Array.of(7, 7)])
    expect(bytes.map(({ byteLength }) => byteLength)).toEqual([0, 0])
  })

  test('fails with the error of the task', async () => {
    const { error } = await rejection(from([1, 2]).threads(pool, 'fail', { concurrency: 1 }).toArray())
    expect(error).toEqual(new RangeError('no 1'))
  })

  test('fails for a task that gives undefined, naming the stage', async () => {
    const { error } = await rejection(from([1]).threads(pool, 'nothing').toArray())
    expect(error).toEqual(
      new TypeError('nothing: item 0 gave undefined, which is never an item; filterMap drops items'),
    )
  })

  test('cancels its tasks when the run ends', async () => {
    const run = from(new Counted()).threads(pool, 'untilAborted').run()
    while (pool.running < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    expect([pool.running, pool.pending]).toEqual([0, 0])
  })

  test('hands the pool twice as many tasks as it has threads, or as many as told', async () => {
    for (const [concurrency, expected] of [
      [undefined, 6],
      [1, 1],
    ] as const) {
      const work = new Work<number>()
      const three = { threads: 3, run: (_name: string, [n]: readonly [number]) => work.fn(n) }
      const source = new Counted()
      const run = from(source)
        .threads(three as ThreadRunner<{ square(n: number): number }>, 'square', { concurrency })
        .run()
      await quiet()
      expect(work.running).toHaveLength(expected)
      run.abort()
      for (const n of work.running) await work.finish(n, n)
    }
  })
})
