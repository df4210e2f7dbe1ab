import { once } from 'node:events'
import { type ThreadPool, threadPool } from '@millrace/pool'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { busy, open, pool, rejection, shared, warmPool } from './support.ts'
import { changed, type MoreTasks, moreTasksUrl } from './thread/support.ts'

describe('a thread that dies', () => {
  test('by process.exit rejects its task with the exit code, and is replaced', async () => {
    const tasks = await warmPool({ threads: 1 })
    const began = performance.now()
    expect(await rejection(tasks.run('exit', [7]))).toMatchObject({ name: 'PoolError', code: 'crashed', exitCode: 7 })
    expect(performance.now() - began).toBeLessThan(10_000)
    const sums = await Promise.all(Array.from({ length: 100 }, (_, i) => tasks.run('add', [i, 1])))
    expect(sums).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    expect(tasks.metrics()).toMatchObject({ crashes: 1, failed: 1, liveThreads: 1 })
  })

  test('by an uncaught error rejects its task with that error as the cause', async () => {
    const tasks = await warmPool({ threads: 1 })
    expect(await rejection(tasks.run('stray', []))).toMatchObject({
      code: 'crashed',
      message: 'the thread of task "stray" died: stray',
      cause: { name: 'RangeError', message: 'stray' },
    })
  })

  test('by throwing what has no text rejects its task', async () => {
    const module =
      'data:text/javascript,export const f = () => new Promise(() => setTimeout(() => { throw { toString: 1 } }))'
    const tasks: ThreadPool = threadPool(module, { threads: 1 })
    expect(await rejection(tasks.run('f', []))).toMatchObject({
      code: 'crashed',
      message: 'the thread of task "f" died: { toString: 1 }',
      cause: { toString: 1 },
    })
    await tasks.shutdown()
  })

  test('leaves those behind its task their own answers, without another submit', async () => {
    const tasks = pool({ threads: 1 })
    const crash = rejection(tasks.run('exit', [1]))
    expect(await Promise.all([1, 2, 3].map((i) => tasks.run('echo', [i])))).toEqual([1, 2, 3])
    expect(await crash).toMatchObject({ code: 'crashed' })
  })

  test('leaves the tasks of other threads alone', async () => {
    const tasks = await warmPool({ threads: 2 })
    const gate = shared()
    const neighbour = await tasks.submit('hold', [gate])
    expect(await rejection(tasks.run('exit', [1]))).toMatchObject({ code: 'crashed' })
    expect(neighbour.state).toBe('running')
    open(gate)
    expect(await neighbour.result).toBe(neighbour.id)
  })

  test('is ended when something that a task left behind keeps it from the next, which runs in another', async () => {
    // Less than it takes to find out that a thread is kept: those that wait meanwhile do not run.
    const tasks = pool({ threads: 1, runTimeoutMs: 900 }, moreTasksUrl) as unknown as ThreadPool<MoreTasks>
    const warned = once(process, 'warning')
    for (let i = 0; i < 2; i++) {
      const words = shared()
      expect(await tasks.run('answerAndWedge', [words])).toBe('answered')
      await changed(words, 1)
      expect(await Promise.all([1, 2, 3].map((n) => tasks.run('echo', [n])))).toEqual([1, 2, 3])
    }
    expect(tasks.metrics()).toMatchObject({ crashes: 2, failed: 0, cancelled: 0 })
    const [warning] = await warned
    expect(warning.message).toContain('code that one of its tasks left behind kept it from the next')
  })

  test('after it answered, before the answer was heard, touches no task', async () => {
    const tasks = await warmPool({ threads: 1 })
    const answer = tasks.run('answerAndExit', [])
    await busy(200) // both have happened, and neither is heard yet
    expect(await answer).toBe('answered')
  })

  test('out of memory rejects its task, and the process lives on', async () => {
    const tasks = pool({ threads: 1, resourceLimits: { maxOldGenerationSizeMb: 16 } })
    expect(await rejection(tasks.run('hog', []))).toMatchObject({
      code: 'crashed',
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    })
    expect(await tasks.run('add', [1, 2])).toBe(3)
  })

  test('after it answered touches no task, is told in a warning and is replaced', async () => {
    const tasks = await warmPool({ threads: 1, name: 'careless' })
    const printers = process.listeners('warning')
    process.removeAllListeners('warning')
    const warned = once(process, 'warning')
    expect(await tasks.run('strayLater', [])).toBe('answered')
    const [warning] = await warned
    for (const printer of printers) process.on('warning', printer)
    expect(warning).toMatchObject({
      name: 'PoolWarning',
      message: expect.stringMatching(/^a thread of careless died while it ran no task: .*stray, later/),
    })
    expect(await tasks.run('add', [1, 2])).toBe(3)
  })
})

describe('a module that does not load', () => {
  const cases = {
    'is not there': ['file:///nowhere/tasks.js', /nowhere/],
    throws: ['data:text/javascript,throw new Error("broken")', /broken/],
    'is no JavaScript': ['data:text/javascript,export const =', /Unexpected token/],
    exits: ['data:text/javascript,process.exit(3)', /code 3/],
    'awaits at its top what never settles': [
      'data:text/javascript,await new Promise(() => {})',
      /a top-level await in it never settles/,
    ],
    'throws null': ['data:text/javascript,throw null', /null/],
    'throws what has no text': ['data:text/javascript,throw { toString: 1 }', /toString: 1/],
    'throws what has neither text nor clone': ['data:text/javascript,throw { toString() { return {} } }', /toString/],
  } as const
  for (const [how, [module, message]] of Object.entries(cases)) {
    test(`because it ${how} rejects its callers`, async () => {
      const tasks = pool({ threads: 2 }, module)
      const outcomes = await Promise.all([1, 2, 3].map((i) => rejection(tasks.run('echo', [i]))))
      for (const error of outcomes) expect(error).toMatchObject({ name: 'PoolError', code: 'load-failed' })
      expect((outcomes[0] as Error).message).toMatch(message)
    })
  }

  test('starts no storm of threads', async () => {
    const tasks = pool({ threads: 2 }, 'data:text/javascript,throw new Error("broken")')
    for (let i = 0; i < 200; i++) await rejection(tasks.run('echo', [i]))
    expect(tasks.metrics()).toMatchObject({ failed: 200, liveThreads: 0 })
    expect(tasks.metrics().crashes).toBeLessThan(10)
  })

  test('is tried again after 100 ms, then after twice as long each time up to 10 s, and after 100 ms again once it loaded', async () => {
    let nowMs = performance.now()
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    onTestFinished(() => {
      clock.mockRestore()
      delete process.env['POOL_TEST_LOADS']
    })
    const module = `data:text/javascript,
      if (!process.env.POOL_TEST_LOADS) throw 1;
      export const echo = (x) => x;
      export const exit = () => process.exit()`
    const tasks = pool({ threads: 1 }, module)
    const crashesAfter = async (ms: number): Promise<number> => {
      nowMs += ms
      await rejection(tasks.run('echo', [1]))
      return tasks.metrics().crashes
    }
    expect(await crashesAfter(0)).toBe(1)
    for (const [i, pauseMs] of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].entries()) {
      expect([await crashesAfter(pauseMs - 1), await crashesAfter(1)]).toEqual([i + 1, i + 2])
    }
    process.env['POOL_TEST_LOADS'] = '1'
    nowMs += 10_000
    expect(await tasks.run('echo', [2])).toBe(2)
    delete process.env['POOL_TEST_LOADS']
    await rejection(tasks.run('exit', [1]))
    const { crashes } = tasks.metrics()
    expect([await crashesAfter(0), await crashesAfter(99), await crashesAfter(1)]).toEqual(
      [1, 1, 2].map((more) => crashes + more),
    )
  })

  test('leaves the event loop its turns while callers try again and again', async () => {
    const tasks = pool({ threads: 1 }, 'data:text/javascript,throw new Error("broken")')
    await rejection(tasks.run('echo', [0]))
    let isTicked = false
    setTimeout(() => {
      isTicked = true
    }, 1)
    for (let i = 0; i < 10_000 && !isTicked; i++) await rejection(tasks.run('echo', [i]))
    expect(isTicked).toBe(true)
  })

  test('is tried again later', async () => {
    const module = 'data:text/javascript,if (!process.env.POOL_TEST_READY) throw 1; export const echo = (x) => x'
    const tasks = pool({ threads: 1 }, module)
    await rejection(tasks.run('echo', [1]))
    process.env['POOL_TEST_READY'] = '1'
    try {
      await expect.poll(() => tasks.run('echo', [2]).catch(() => 0), { timeout: 30_000, interval: 50 }).toBe(2)
    } finally {
      delete process.env['POOL_TEST_READY']
    }
  })
})
