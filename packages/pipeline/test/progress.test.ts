import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { from } from '../src/index.ts'
import { progress } from '../src/progress.ts'
import { Screen } from './screen.ts'
import { Counted, quiet, Work } from './support.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** The time of the tests. */
const clock = { now: () => performance.now() }

const shownOn = (screen: Screen) => ({ stream: screen as never })

async function pass(ms: number): Promise<void> {
  await quiet()
  await vi.advanceTimersByTimeAsync(ms)
  await quiet()
}

describe('progress on a terminal', () => {
  test('draws a line for each stage in place, and leaves the last one when the run ends', async () => {
    const screen = new Screen(80)
    const work = new Work<number>()
    const run = from(new Counted(6), { name: 'leaves' }).map(work.fn, { concurrency: 2, name: 'steep' }).run({ clock })
    progress(run, shownOn(screen))
    const drained = (async () => {
      for await (const _ of run.output);
    })()
    await pass(1_000)
    for (const n of [0, 1]) await work.finish(n, n)
    await pass(1_000)
    expect(screen.shown).toHaveLength(3)
    expect(stripVTControlCharacters(screen.shown[0] ?? '')).toMatch(
      /^stage +running +waiting +done +errors +items\/s +busy$/,
    )
    expect(screen.shown[2]).toMatch(/^steep +2\/2 +0 +2 +0 +2 +100 %$/)
    for (const n of [2, 3, 4, 5]) await work.finish(n, n)
    await drained
    await run.done
    await quiet()
    expect(screen.shown[1]).toMatch(/^leaves +0\/1 +0 +6 /)
    expect(screen.shown[2]).toMatch(/^steep +0\/2 +0 +6 /)
    expect([vi.getTimerCount(), screen.listenerCount('resize')]).toEqual([0, 0])
  })

  test('leaves nothing behind when the terminal gets narrower or wider', async () => {
    const screen = new Screen(100)
    screen.write('before\n')
    const run = from(new Counted(3))
      .map(new Work<number>().fn, { name: 'a stage with a very long name' })
      .run({ clock })
    const shown = progress(run, shownOn(screen))
    await pass(100)
    for (const columns of [100, 40, 25, 13, 100, 30, 200, 61, 60]) {
      screen.resize(columns)
      await pass(100)
      expect(screen.shown, `at ${columns}`).toHaveLength(4)
      expect(screen.shown[0]).toBe('before')
      for (const line of screen.shown.slice(2)) expect(line.length).toBeLessThan(columns)
    }
    shown.close()
    shown[Symbol.dispose]()
    run.abort()
    expect([vi.getTimerCount(), screen.listenerCount('resize')]).toEqual([0, 0])
  })
})

test('progress counts the calls that failed', async () => {
  const screen = new Screen(100)
  const fails = (n: number) => (n === 1 ? Promise.reject(new Error('torn')) : n)
  const run = from([1, 2]).map(fails, { name: 'steep' }).run({ clock, errors: 'collect' })
  const shown = progress(run, shownOn(screen))
  await run.output.receive()
  await run.done.catch(() => {})
  shown.close()
  expect(screen.shown[2]).toMatch(/^steep +0\/1 +0 +2 +1 /)
})

describe('progress elsewhere', () => {
  test('writes a plain line a second, and one at the end, also when the run fails', async () => {
    const screen = new Screen(80, false)
    const work = new Work<number>()
    const run = from(new Counted(2000), { name: 'leaves' })
      .map(work.fn, { name: 'steep', concurrency: 2 })
      .run({ clock })
    progress(run, shownOn(screen))
    await pass(2_500)
    expect(screen.written).toBe('   1.0 s | leaves 2 | steep 0 +2\n   2.0 s | leaves 2 | steep 0 +2\n')
    await work.fail(0, new Error('torn'))
    await work.finish(1, 1)
    await run.done.catch(() => {})
    await quiet()
    expect(screen.written.split('\n')).toHaveLength(4)
    expect(screen.written).toMatch(/ \| leaves 2 \| steep 0 \(1 failed\)\n$/)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('refuses what is no run, no stream, and wrong options', () => {
    const run = from([1]).run()
    expect(() => progress({} as never)).toThrow('progress: expected a run, got [object Object]')
    expect(() => progress(run, { stream: 7 as never })).toThrow('progress: stream: expected a stream, got 7')
    for (const everyMs of [0, 2 ** 31]) expect(() => progress(run, { everyMs })).toThrow(/^progress: everyMs: /)
    expect(() => progress({ stats: () => run.stats() } as never)).toThrow(/^progress: expected a run/)
    expect(vi.getTimerCount()).toBe(0)
  })
})
