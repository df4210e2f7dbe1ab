import { describe, expect, test } from 'vitest'
import { pool, rejection } from './support.ts'

describe('an argument whose getter calls the pool', () => {
  for (const inThread of [false, true]) {
    const where = inThread ? 'in the calling thread' : 'in a thread'
    test(`has the task it submits run after its own, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread })
      await tasks.run('add', [1, 1])
      const inner: Promise<unknown>[] = []
      const getter = {
        get x() {
          if (inner.length < 3) inner.push(tasks.run('add', [inner.length, 1]), tasks.runOnAll('add', [7, 1]))
          return 'outer'
        },
      }
      expect(await tasks.run('echo', [getter])).toEqual({ x: 'outer' })
      expect(await Promise.all(inner)).toEqual([1, [8], 3, [8]].slice(0, inner.length))
      expect(tasks.metrics()).toMatchObject({ running: 0, pending: 0, failed: 0 })
    })

    test(`can cancel its own task, ${where}`, async () => {
      const tasks = pool({ threads: 1, inThread })
      await tasks.run('add', [1, 1])
      const controller = new AbortController()
      const getter = {
        get x() {
          controller.abort('no')
          return 1
        },
      }
      expect(await rejection(tasks.run('echo', [getter], { signal: controller.signal }))).toBe('no')
      expect(await tasks.run('echo', [1])).toBe(1)
    })
  }
})

describe('a pool in the calling thread', () => {
  test.each([{ resourceLimits: {} }, { recycle: { afterTasks: 1 } }])(
    'refuses %j, which it could not keep',
    (option) => {
      expect(() => pool({ inThread: true, ...option })).toThrow(
        /^(resourceLimits|recycle): the calling thread has none/,
      )
    },
  )
})
