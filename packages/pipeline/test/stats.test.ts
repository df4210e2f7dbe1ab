import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { trace } from '../src/trace.ts'
import { Counted, quiet, Work } from './support.ts'
import { VirtualTime } from './virtual-time.ts'

function throwing(time: VirtualTime): number {
  time.pass(20)
  throw new Error('torn')
}

describe('stats', () => {
  test('counts what each part took, runs, holds and gave', async () => {
    const work = new Work<number>()
    const run = from(new Counted(9), { name: 'leaves' }).map(work.fn, { concurrency: 3, name: 'steep' }).run()
    await quiet()
    await work.finish(1, 1)
    await work.finish(0, 0)
    const { source, stages, output } = run.stats()
    expect(source).toMatchObject({ name: 'leaves', concurrency: 1, received: 4, done: 4, running: 0, waiting: 0 })
    expect(stages).toHaveLength(1)
    expect(stages[0]).toMatchObject({ name: 'steep', concurrency: 3, received: 4, done: 1, running: 2, waiting: 1 })
    expect(output).toMatchObject({ name: 'output', concurrency: 1, received: 2, done: 1, running: 1, waiting: 0 })
    run.abort()
    for (const n of [2, 3]) await work.finish(n, n)
  })

  test('accounts for every item: done, waiting, running, dropped, or gathered for a batch', async () => {
    const work = new Work<number, number | undefined>()
    const run = from(new Counted(20)).filterMap(work.fn, { concurrency: 4, ordered: false }).batch(3).buffer(1).run()
    await quiet()
    for (let n = 0; n < 12; n++) await work.finish(n, n % 3 === 0 ? undefined : n)
    const [filter, batch] = run.stats().stages
    expect(filter).toMatchObject({ received: 16, done: 8, waiting: 0, running: 4, dropped: 4, gathered: 0 })
    expect(batch).toMatchObject({ received: 8, done: 1, waiting: 1, running: 0, dropped: 0, gathered: 2 })
    run.abort()
    for (const n of work.running) await work.finish(n, n)
    expect(run.stats().stages[0]).toMatchObject({ running: 0, dropped: 4, waiting: 4 })
  })

  test('counts items of forEach and of failed calls as dropped, and none of the source', async () => {
    const { source, stages } = await from([1, 2]).forEach(() => {})
    expect(source).toMatchObject({ received: 2, done: 2, dropped: 0 })
    expect(stages[0]).toMatchObject({ received: 2, done: 0, dropped: 2 })
    const failed = from([1])
      .map(() => Promise.reject<number>('tea is out'))
      .run()
    await failed.done.catch(() => {})
    expect(failed.stats().stages[0]).toMatchObject({ received: 1, running: 0, dropped: 1 })
  })

  test('finds a source blocked that may not fetch further ahead', async () => {
    const time = new VirtualTime()
    // Full until the fourth item is taken at 30; at 40 it holds nothing more.
    const done = from([1, 2, 3, 4, 5])
      .buffer(2)
      .map((n) => time.after(10, n))
      .forEach(undefined, { clock: time })
    await time.runToEnd()
    expect((await done).source).toMatchObject({ busyMs: 0, blockedMs: 40 })
  })

  test('names a stage by its option, its function, or its verb and place', async () => {
    const steep = (n: number) => n
    const run = from([1])
      .map((n) => n)
      .map(steep)
      .filterMap((n) => n)
      .batch(1)
      .batch(1, { name: 'trays' })
      .run()
    expect(run.stats().stages.map(({ name }) => name)).toEqual(['map 1', 'steep', 'filterMap 3', 'batch 4', 'trays'])
    await run[Symbol.asyncDispose]()
  })

  test('tells busy, blocked and starved time, and the bottleneck', async () => {
    const time = new VirtualTime()
    const source = (async function* () {
      for (let n = 0; n < 4; n++) yield await time.after(10, n)
    })()
    const done = from(source)
      .map((n) => n, { name: 'quick' })
      .map((n) => time.after(30, n), { name: 'slow' })
      .forEach(undefined, { clock: time })
    await time.runToEnd()
    const summary = await done
    // Items reach `slow` at 10, 40, 70 and 100. `quick` holds the second from 20 on, the third from 50 on …
    expect(summary.elapsedMs).toBe(130)
    expect(summary.bottleneck).toBe('slow')
    expect(summary.stages[1]).toMatchObject({ busyMs: 120, busy: 120 / 130, starvedMs: 10, blockedMs: 0 })
    expect(summary.stages[0]).toMatchObject({ busyMs: 0, busy: 0 })
    expect(summary.source).toMatchObject({ busyMs: 40, blockedMs: 90, starvedMs: 0 })
  })

  test('is busy in proportion to what may run', async () => {
    const time = new VirtualTime()
    const done = from([1, 2, 3])
      .map((n) => time.after(10 * n, n), { concurrency: 4 })
      .forEach(undefined, { clock: time })
    await time.runToEnd()
    expect((await done).stages[0]).toMatchObject({ busyMs: 60, busy: 0.5 })
  })

  test('finds the output to be the bottleneck when the consumer is slow', async () => {
    const time = new VirtualTime()
    const run = from([1, 2, 3, 4])
      .map((n) => time.after(1, n))
      .run({ clock: time })
    const consumed = (async () => {
      while ((await run.output.receive()) !== undefined) await time.after(10, undefined)
    })()
    await time.runToEnd()
    await consumed
    const summary = await run.done
    expect(summary.bottleneck).toBe('output')
    expect(summary.stages[0]?.blockedMs).toBeGreaterThan(summary.stages[0]?.busyMs ?? 0)
  })

  test('counts what calls took that failed', async () => {
    for (const kind of ['sync', 'async'] as const) {
      const traced = trace()
      const again = new VirtualTime()
      const summary = from([1])
        .map((n) =>
          kind === 'async' ? again.after(20, n).then(() => Promise.reject(new Error('torn'))) : throwing(again),
        )
        .run({ clock: again, errors: 'collect', trace: traced })
      await again.runToEnd()
      await summary.done.catch(() => {})
      expect(summary.stats().stages[0]).toMatchObject({ busyMs: 20, dropped: 1 })
      expect(summary.stats().stages[0]?.p50Ms).toBeGreaterThan(18)
      const { beganMs, endedMs, stage } = traced.calls()
      expect((endedMs[stage.indexOf(1)] as number) - (beganMs[stage.indexOf(1)] as number)).toBe(20)
    }
  })

  test('stands still when the run has ended', async () => {
    const run = from([1])
      .map((n) => n)
      .run()
    await run.output.receive()
    const { bottleneck, ...last } = await run.done
    await quiet()
    expect(run.stats()).toEqual(last)
    expect(last.stages[0]).toMatchObject({ received: 1, done: 1, running: 0, waiting: 0 })
    expect(bottleneck).toBeTypeOf('string')
  })
})
