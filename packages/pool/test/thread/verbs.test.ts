import { describe, expect, test } from 'vitest'
import { randomFrom } from '../../../../tooling/testing/random.ts'
import { until } from '../../../../tooling/testing/waiting.ts'
import { changed, open, pool, rejection, shared } from './support.ts'

describe('retry', () => {
  test('runs a task again whose thread died, in the next thread, as often as it says', async () => {
    const tasks = pool({ threads: 1 })
    const crash = tasks.run('exit', [3], { retry: { times: 2 } })
    expect(await rejection(crash)).toMatchObject({ code: 'crashed', exitCode: 3 })
    expect(tasks.metrics()).toMatchObject({ crashes: 3, retried: 2, failed: 1, pending: 0, running: 0 })
  })

  test('comes to nothing for a task that moved what it needs', async () => {
    const tasks = pool({ threads: 1 })
    const bytes = new ArrayBuffer(8)
    const failing = tasks.run('fail', [bytes], { retry: { times: 2 }, transfer: [bytes] })
    expect(await rejection(failing)).toBeInstanceOf(ArrayBuffer)
    expect(tasks.metrics().retried).toBe(0)
  })
})

describe('pause', () => {
  test('starts nothing, and resume starts what pends by priority, then in order', async () => {
    const tasks = pool({ threads: 1 })
    await tasks.ready()
    tasks.pause()
    const order: number[] = []
    const all = [0, 5, 1, 5].map((priority, i) => tasks.run('echo', [i], { priority }).then(() => order.push(i)))
    await tasks.ready()
    expect([tasks.pending, tasks.running]).toEqual([4, 0])
    tasks.resume()
    await Promise.all(all)
    expect(order).toEqual([1, 3, 2, 0])
  })
})

describe('trySubmit', () => {
  test('answers with the task, or that there is no place, or that the pool is closed', async () => {
    const tasks = pool({ threads: 1, maxPending: 1 })
    const task = tasks.trySubmit('add', [1, 2])
    expect(tasks.trySubmit('add', [1, 2])).toBe('full')
    expect(tasks.metrics().rejected).toBe(1)
    expect(await (task as Exclude<typeof task, string>).result).toBe(3)
    await tasks.shutdown()
    expect(tasks.trySubmit('add', [1, 2])).toBe('closed')
  })
})

describe('perKey', () => {
  test('keeps a task from a free thread while one with its key runs, and lets others pass', async () => {
    const tasks = pool({ threads: 2, perKey: 1 })
    await tasks.ready()
    const gate = shared()
    const first = tasks.run('wait', [gate], { key: 'k' })
    await changed(gate, 1)
    const second = await tasks.submit('echo', [2], { key: 'k' })
    expect(await tasks.run('echo', [3], { key: 'other' })).toBe(3)
    expect(await tasks.run('echo', [4])).toBe(4)
    expect([second.state, tasks.pending]).toEqual(['pending', 1])
    open(gate)
    await first
    expect(await second.result).toBe(2)
  })
})

describe('a task that is cancelled while its key keeps it', () => {
  test.each([1, 2])(
    'lets the one that waits for its place start in the free thread (%i of its key)',
    async (perKey) => {
      const tasks = pool({ threads: 3, perKey, maxPending: 1 })
      await tasks.ready()
      const gate = shared()
      const held = Array.from({ length: perKey }, () => tasks.run('wait', [gate], { key: 'k' }))
      await until(() => tasks.running === perKey)
      const kept = await tasks.submit('echo', [2], { key: 'k' })
      const waiting = tasks.run('echo', [3])
      kept.cancel('enough')
      expect([await rejection(kept.result), await waiting]).toEqual(['enough', 3])
      open(gate)
      await Promise.all(held)
    },
  )
})

describe('resize', () => {
  test('ends threads there are too many of when they have nothing to do, and starts more when there is work', async () => {
    const tasks = pool({ threads: 3 })
    await tasks.ready()
    tasks.resize(1)
    expect(tasks.threads).toBe(1)
    await until(() => tasks.metrics().liveThreads === 1)
    tasks.resize(2)
    await tasks.ready()
    expect(tasks.metrics()).toMatchObject({ size: 2, liveThreads: 2, idleWorkers: 2, crashes: 0 })
  })

  test('at any time between two tasks, while threads wear out, loses no task', async () => {
    const random = randomFrom(5)
    const tasks = pool({ threads: 2, recycle: { afterTasks: 20 } })
    const sums: Promise<number>[] = []
    for (let i = 0; i < 100; i++) {
      sums.push(tasks.run('add', [i, 1]))
      if (random() < 0.1) tasks.resize(1 + Math.floor(random() * 3))
      if (random() < 0.3) await sums[i]
    }
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    await tasks.idle()
    expect(tasks.metrics()).toMatchObject({ done: 100, crashes: 0, pending: 0, running: 0 })
  })
})

describe('recycle', () => {
  test('leaves no listener and no handle of the threads that were', async () => {
    const tasks = pool({ threads: 1, recycle: { afterTasks: 1 } })
    const left = async (): Promise<unknown> => {
      await until(() => tasks.metrics().liveThreads === 0)
      return [process.getActiveResourcesInfo().filter((kind) => kind.startsWith('Message')), countListeners()]
    }
    const countListeners = (): number =>
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
    for (let i = 0; i < 3; i++) await tasks.run('echo', [i])
    const early = await left()
    for (let i = 0; i < 10; i++) await tasks.run('echo', [i])
    expect(await left()).toEqual(early)
  })
})
