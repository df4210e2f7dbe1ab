import { describe, expect, test } from 'vitest'
import { all, changed, pool, rejection, shared } from './support.ts'

describe('stream', () => {
  for (const inThread of [false, true]) {
    const where = inThread ? 'in the calling thread' : 'in a thread'
    test(`gives the items of a generator in order, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread })
      const items: number[] = []
      for await (const item of tasks.stream('countTo', [100])) items.push(item)
      expect(items).toEqual(Array.from({ length: 100 }, (_, i) => i))
      expect(tasks.metrics()).toMatchObject({ running: 0, done: 1 })
    })

    test(`runs what else can be iterated over, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread })
      expect(await all(tasks.stream('syncCountTo', [3]))).toEqual([0, 1, 2])
      expect(await all(tasks.stream('list', []))).toEqual([1, 2, 3])
    })

    test(`stops the source when it is ahead by as many items as it may, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread })
      const words = shared()
      const stream = tasks.stream('watched', [words, 1_000], { ahead: 4 })
      expect(await stream.next()).toEqual({ done: false, value: 0 })
      await new Promise((resolve) => setTimeout(resolve, 100))
      // The one that was asked for, and four that were not, and maybe the next is being made.
      expect(Atomics.load(words, 0)).toBeLessThanOrEqual(6)
      let last = 0
      for await (const item of stream) last = item
      expect(last).toBe(999)
    })

    test(`runs the finally of a generator that is left, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread, cancelGraceMs: 10_000 })
      const words = shared()
      for await (const item of tasks.stream('watched', [words, 1_000_000])) if (item === 20) break
      expect(Atomics.load(words, 1)).toBe(1)
      expect(tasks.metrics()).toMatchObject({ running: 0, crashes: 0 })
      expect(await tasks.run('echo', [1])).toBe(1)
    })

    test(`gives what was made before a failure, then rejects once, then is done, ${where}`, async () => {
      const stream = pool({ threads: 1, inThread }).stream('failAfter', [2])
      expect([await stream.next(), await stream.next()]).toMatchObject([{ value: 0 }, { value: 1 }])
      expect(await rejection(stream.next())).toMatchObject({ name: 'RangeError', message: 'no more' })
      expect(await stream.next()).toEqual({ done: true, value: undefined })
    })

    test(`names the task whose item cannot be cloned, ${where}`, async () => {
      const stream = pool({ threads: 1, inThread }).stream('uncloneableItem', [])
      expect(await stream.next()).toEqual({ done: false, value: 1 })
      expect(await rejection(stream.next())).toMatchObject({
        code: 'uncloneable',
        message: expect.stringMatching(/^an item of task "uncloneableItem" cannot be cloned: /),
      })
    })

    test(`keeps the task's context in the body of the generator, ${where}`, async () => {
      expect(await all(pool({ threads: 1, inThread }).stream('contexts', []))).toEqual(['contexts', 'contexts'])
    })

    test(`rejects for what cannot be iterated over, ${where}`, async () => {
      const stream = pool({ threads: 1, inThread }).stream('add' as 'list', [1, 2] as never)
      expect(await rejection(stream.next())).toMatchObject({
        name: 'TypeError',
        message: expect.stringMatching(/^task "add" returned no items/),
      })
    })

    test(`rejects the leaving with what the generator throws then, ${where}`, async () => {
      const stream = pool({ threads: 1, inThread, cancelGraceMs: 10_000 }).stream('failWhenLeft', [])
      await stream.next()
      expect(await rejection(stream.return?.() as Promise<unknown>)).toMatchObject({ message: 'left' })
    })

    test(`runs the finally of a generator that heeds its signal, and leaving it is no failure, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread, cancelGraceMs: 10_000 })
      const words = shared()
      for await (const item of tasks.stream('heedful', [words])) if (item === 0) break
      expect(Atomics.load(words, 1)).toBe(1)
      expect(tasks.metrics()).toMatchObject({ running: 0, crashes: 0 })
    })

    test.each([
      ['aborted', { signal: true }, { message: 'stop' }],
      ['out of time', { runTimeoutMs: 1_000 }, { code: 'timeout' }],
    ])(`runs the finally of a generator that waits for its consumer when it is %s, ${where}`, async (_, how, error) => {
      const tasks = pool({ threads: 1, inThread, cancelGraceMs: 10_000 })
      const controller = new AbortController()
      const words = shared()
      const options = 'signal' in how ? { signal: controller.signal } : how
      const stream = tasks.stream('watched', [words, 1_000], { ahead: 4, ...options })
      await stream.next()
      const idle = tasks.idle()
      controller.abort(new Error('stop'))
      await idle
      expect(Atomics.load(words, 1)).toBe(1)
      expect(await rejection(all(stream))).toMatchObject(error)
      expect(await tasks.run('echo', [1])).toBe(1)
    })

    test(`ends what has promised items and is left before it has them, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread, cancelGraceMs: 10_000 })
      const words = shared()
      const stream = tasks.stream('lateItems', [words])
      const next = stream.next()
      await changed(words, 1)
      const left = stream.return?.()
      await new Promise((resolve) => setTimeout(resolve, 20))
      Atomics.store(words, 0, 1)
      expect([await left, await next]).toEqual(Array(2).fill({ done: true, value: undefined }))
      expect(tasks.running).toBe(0)
    })

    test(`is left when the first and every other return resolves, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread, cancelGraceMs: 10_000 })
      const words = shared()
      const stream = tasks.stream('watched', [words, 1_000_000])
      await stream.next()
      void stream.return?.()
      await stream.return?.()
      expect(Atomics.load(words, 1)).toBe(1)
    })
  }

  test('serves several who wait in the order they asked', async () => {
    const stream = pool({ threads: 1 }).stream('countTo', [3])
    const steps = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next(), stream.next()])
    expect(steps.map(({ value }) => value)).toEqual([0, 1, 2, undefined, undefined])
  })

  test('submits nothing before it is asked for the first item, nor when it is left before', async () => {
    const tasks = pool({ threads: 1 })
    const stream = tasks.stream('countTo', [3])
    await stream.return?.()
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(tasks.metrics()).toMatchObject({ liveThreads: 0, pending: 0 })
  })

  test('that is left while its task waits or pends leaves the queue at once', async () => {
    const tasks = pool({ threads: 1, maxPending: 1 })
    await tasks.ready()
    const held = tasks.run('nap', [100])
    const streams = [tasks.stream('countTo', [3]), tasks.stream('countTo', [3])]
    const nexts = streams.map((stream) => stream.next())
    await Promise.all(streams.map((stream) => stream.return?.()))
    expect(await Promise.all(nexts)).toEqual(Array(2).fill({ done: true, value: undefined }))
    await held
    expect(tasks.metrics()).toMatchObject({ waiting: 0, pending: 0 })
  })

  test('ends a generator that does not return, after the grace, and its thread with it', async () => {
    const tasks = pool({ threads: 1, cancelGraceMs: 20 })
    for await (const item of tasks.stream('neverAgain', [])) if (item === 1) break
    expect(tasks.metrics()).toMatchObject({ running: 0, cancelled: 1, crashes: 0 })
    expect(await tasks.run('echo', [1])).toBe(1)
  })

  test('rejects when it is aborted, with the reason', async () => {
    const controller = new AbortController()
    const stream = pool({ threads: 1 }).stream('neverAgain', [], { signal: controller.signal })
    await stream.next()
    const next = rejection(stream.next())
    controller.abort(new Error('stop'))
    expect(await next).toBe(controller.signal.reason)
  })

  test('rejects when its thread dies, and the pool goes on', async () => {
    const tasks = pool({ threads: 1 })
    const stream = tasks.stream('countTo', [1_000_000])
    await stream.next()
    const crash = rejection(tasks.runOnAll('exit', [3]))
    await stream.return?.()
    expect(await crash).toMatchObject({ code: 'crashed', exitCode: 3 })
    expect(await tasks.run('echo', [1])).toBe(1)
  })

  test('brings Buffers as Buffers', async () => {
    const [bytes] = await all(pool({ threads: 1 }).stream('buffers', []))
    expect([Buffer.isBuffer(bytes), bytes?.toString(), bytes?.buffer.byteLength]).toEqual([true, 'small', 5])
  })

  test('is what run points to when it meets a generator', async () => {
    expect(await rejection(pool({ threads: 1 }).run('countTo', [1]))).toMatchObject({
      code: 'uncloneable',
      message: expect.stringContaining('stream()'),
    })
  })

  test('refuses a wrong ahead, name or option at once', () => {
    const tasks = pool({ threads: 1 })
    expect(() => tasks.stream('countTo', [1], { ahead: 0 })).toThrow(/^ahead: /)
    expect(() => tasks.stream(1 as never, [1])).toThrow(/^name: /)
    expect(() => tasks.stream('countTo', [1], { haed: 1 } as object)).toThrow(/^haed: stream has no such option/)
  })
})
