import { threadPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { changed, moreTasksUrl, open, pool, rejection, shared } from './support.ts'

describe('ready', () => {
  test('starts all threads and resolves when each has loaded', async () => {
    const tasks = pool({ threads: 3 })
    await tasks.ready()
    expect(tasks.metrics().liveThreads).toBe(3)
    await tasks.ready()
  })

  test('rejects when the module does not load', async () => {
    const tasks = threadPool('data:text/javascript,throw new Error("broken")', { threads: 2 })
    expect(await rejection(tasks.ready())).toMatchObject({
      code: 'load-failed',
      message: expect.stringContaining('broken'),
    })
    expect(await rejection(tasks.ready())).toMatchObject({ code: 'load-failed' })
    await tasks.shutdown()
  })

  test('waits for the thread that replaces one that ends', async () => {
    const tasks = pool({ threads: 1, recycle: { afterTasks: 1 } })
    await tasks.run('age', [])
    await tasks.ready()
    expect(await tasks.run('age', [])).toBe(1)
  })

  test.each([false, true])(
    'rejects when the module takes longer than loadTimeoutMs (in the calling thread: %s)',
    async (inThread) => {
      const module =
        'data:text/javascript,setInterval(() => {}, 1e6).unref?.(); await new Promise(() => {}); export const f = () => 1'
      const tasks = threadPool(module.replace('.unref?.()', inThread ? '.unref()' : ''), {
        threads: 1,
        inThread,
        loadTimeoutMs: 200,
      })
      const late = {
        code: 'load-failed',
        message: expect.stringMatching(/it took more than 200 ms to load and set up$/),
      }
      expect(await Promise.all([rejection(tasks.ready()), rejection(tasks.run('f', []))])).toMatchObject([late, late])
      await tasks.shutdown()
      expect(() => threadPool(module, { loadTimeoutMs: 0 })).toThrow(/^loadTimeoutMs: expected more than 0, got 0/)
    },
  )

  test('waits no longer than its options allow, and not on a pool that is shut down', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.ready({ timeoutMs: 0 }))).toMatchObject({ name: 'TimeoutError' })
    await tasks.shutdown()
    expect(await rejection(tasks.ready())).toMatchObject({ code: 'closed' })
  })
})

describe('setup', () => {
  test('runs in every thread before its first task, with its own clone of the arguments', async () => {
    const tasks = pool({ threads: 2, setup: { name: 'setUp', args: [{ port: 1 }] } })
    expect(await tasks.runOnAll('setUpWith', [])).toEqual([{ port: 1 }, { port: 1 }])
  })

  test('runs again in the thread that replaces a dead one', async () => {
    const tasks = pool({ threads: 1, setup: { name: 'setUp', args: [1] } })
    await rejection(tasks.run('exit', [1]))
    expect(await tasks.run('setUpWith', [])).toBe(1)
  })

  test('that throws or is not exported is a module that does not load', async () => {
    for (const [setup, message] of [
      [{ name: 'setUp', args: ['throw'] }, /not set up/],
      [{ name: 'setup' }, /"setup" is not a function/],
    ] as const) {
      const tasks = pool({ threads: 1, setup })
      expect(await rejection(tasks.run('echo', [1]))).toMatchObject({
        code: 'load-failed',
        message: expect.stringMatching(message),
      })
    }
  })
})

describe('runOnAll', () => {
  test('runs once on every thread, and gives every result', async () => {
    const tasks = pool({ threads: 3 })
    expect(await tasks.runOnAll('age', [])).toEqual([1, 1, 1])
    expect(await tasks.runOnAll('age', [])).toEqual([2, 2, 2])
    expect(tasks.metrics()).toMatchObject({ liveThreads: 3, done: 6, pending: 0, running: 0 })
  })

  test('waits behind what a thread runs, and is not moved to another', async () => {
    const tasks = pool({ threads: 2 })
    await tasks.ready()
    const words = shared()
    const held = tasks.run('wait', [words])
    await changed(words, 1)
    const all = tasks.runOnAll('age', [])
    await new Promise((resolve) => setTimeout(resolve, 30))
    open(words)
    expect([await all, await held]).toEqual([[1, 1], undefined])
  })

  test('rejects for the thread that dies, and runs on the others', async () => {
    const tasks = pool({ threads: 2 })
    expect(await rejection(tasks.runOnAll('exit', [4]))).toMatchObject({ code: 'crashed', exitCode: 4 })
    await tasks.idle()
    expect(await tasks.runOnAll('age', [])).toEqual([1, 1])
  })

  test('runs on the thread that replaces one that is worn, ended by a timeout, or was too many', async () => {
    const worn = pool({ threads: 2, recycle: { afterTasks: 1 } })
    await worn.ready()
    await worn.run('echo', [1])
    expect(await worn.runOnAll('age', [])).toEqual([1, 1])
    const ended = pool({ threads: 1, cancelGraceMs: 0 })
    expect(await rejection(ended.run('spin', [], { runTimeoutMs: 50 }))).toMatchObject({ code: 'timeout' })
    expect(await ended.runOnAll('age', [])).toEqual([1])
    const resized = pool({ threads: 2 })
    await resized.ready()
    resized.resize(1)
    resized.resize(2)
    expect(await resized.runOnAll('age', [])).toEqual([1, 1])
  })

  test('runs as often as there were to be threads when there are fewer after all', async () => {
    const tasks = pool({ threads: 2, recycle: { afterTasks: 1 } })
    await tasks.ready()
    await tasks.run('echo', [1])
    const all = tasks.runOnAll('age', [])
    tasks.resize(1)
    expect(await all).toHaveLength(2)
    expect(tasks.metrics()).toMatchObject({ running: 0, pending: 0 })
  })

  test('can be aborted while it waits for a thread, and ends with the pool', async () => {
    const tasks = pool({ threads: 1, recycle: { afterTasks: 1 } })
    await tasks.run('echo', [1])
    const controller = new AbortController()
    const [aborted, ended] = [
      rejection(tasks.runOnAll('age', [], { signal: controller.signal })),
      rejection(tasks.runOnAll('age', [])),
    ]
    controller.abort('no')
    expect(await aborted).toBe('no')
    await tasks.shutdown({ timeoutMs: 0 })
    expect(await ended).toMatchObject({ code: 'closed' })
  })

  test('can be aborted while it waits', async () => {
    const tasks = pool({ threads: 1 })
    await tasks.ready()
    const words = shared()
    const held = tasks.run('wait', [words])
    const controller = new AbortController()
    const all = rejection(tasks.runOnAll('age', [], { signal: controller.signal }))
    controller.abort('no')
    expect(await all).toBe('no')
    open(words)
    await held
    expect(await tasks.runOnAll('age', [])).toEqual([1])
  })

  test('rejects when threads cannot start, and refuses a transfer', async () => {
    const broken = threadPool('data:text/javascript,throw 1', { threads: 2 })
    expect(await rejection(broken.runOnAll('f', []))).toMatchObject({ code: 'load-failed' })
    expect(await rejection(broken.runOnAll('f', []))).toMatchObject({ code: 'load-failed' })
    await broken.shutdown()
    expect(await rejection(pool().runOnAll('echo', [1], { transfer: [] }))).toMatchObject({
      message: expect.stringMatching(/^transfer: /),
    })
  })
})

describe('recycle', () => {
  test('replaces a thread after so many tasks, and loses none', async () => {
    const tasks = pool({ threads: 1, recycle: { afterTasks: 10 } })
    const ages = await Promise.all(Array.from({ length: 100 }, () => tasks.run('age', [])))
    expect(ages).toEqual(Array.from({ length: 100 }, (_, i) => (i % 10) + 1))
    expect(tasks.metrics()).toMatchObject({ crashes: 0, done: 100 })
  })

  test('replaces a thread whose heap is large', async () => {
    const tasks = pool({ threads: 1, recycle: { aboveHeapMb: 60 } })
    await tasks.run('keep', [100])
    await expect.poll(() => tasks.run('keep', [0]), { timeout: 30_000, interval: 60 }).toBe(0)
    expect(tasks.metrics().crashes).toBe(0)
  })

  test('lets a shutdown in the middle end', async () => {
    const tasks = pool({ threads: 2, recycle: { afterTasks: 3 } })
    const ages = Array.from({ length: 50 }, () => tasks.run('age', []))
    await tasks.shutdown()
    expect(Math.max(...(await Promise.all(ages)))).toBe(3)
  })
})

describe('spinUs', () => {
  test('gives every caller its own answer, and ends when nothing runs', async () => {
    const tasks = pool({ threads: 2, spinUs: 200 })
    for (let i = 0; i < 200; i++) expect(await tasks.run('add', [i, 1])).toBe(i + 1)
    const many = await Promise.all(Array.from({ length: 2_000 }, (_, i) => tasks.run('echo', [i])))
    expect(many).toEqual(Array.from({ length: 2_000 }, (_, i) => i))
    expect(await tasks.run('nap', [30])).toBe(30)
  })

  test('hears of a death while it looks', async () => {
    const tasks = pool({ threads: 1, spinUs: 1_000 })
    await tasks.run('echo', [1])
    const crash = rejection(tasks.run('exit', [2]))
    expect(await tasks.run('echo', [2])).toBe(2)
    expect(await crash).toMatchObject({ code: 'crashed' })
  })
})

describe('a wrong option', () => {
  const wrong: [options: object, message: RegExp][] = [
    [{ setup: 1 }, /^setup: /],
    [{ setup: { args: [] } }, /^setup\.name: /],
    [{ setup: { name: 'a', args: 1 } }, /^setup\.args: /],
    [{ setup: { name: 'a', arg: 1 } }, /^arg: setup has no such option/],
    [{ spinUs: -1 }, /^spinUs: /],
    [{ spinUs: 1_001 }, /^spinUs: expected 0 to 1000, got 1001/],
    [{ spinUs: '1' }, /^spinUs: expected a number/],
    [{ recycle: null }, /^recycle: /],
    [{ recycle: { afterTasks: 0 } }, /^recycle\.afterTasks: /],
    [{ recycle: { aboveHeapMb: 0 } }, /^recycle\.aboveHeapMb: /],
    [{ inThread: 1 }, /^inThread: /],
  ]
  for (const [options, message] of wrong) {
    test(`${JSON.stringify(options)} is named`, () => {
      expect(() => threadPool(moreTasksUrl, options)).toThrow(message)
    })
  }
})
