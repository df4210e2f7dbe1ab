import { availableParallelism } from 'node:os'
import { cpuBound, ioBound, taskPool, threadPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { range, threads } from './items.ts'

/** The message of what a call throws or rejects with. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

const { signal } = new AbortController()
/** What is given in place of options, and what the error says of it. */
const noOptions: readonly [options: unknown, message: RegExp][] = [
  [null, /^(\w+): expected an object of options, got null$/],
  ['8', /^(\w+): expected an object of options, got "8"$/],
  [5, /^(\w+): expected an object of options, got 5$/],
  [() => 1, /^(\w+): expected an object of options, got \(\) => 1$/],
  [signal, /^\w+: (\w+) has no such option; it has /],
  [{ odrered: true }, /^odrered: (\w+) has no such option; it has /],
]

describe('what is no options', () => {
  test('is refused by each verb of functions, which names itself', async () => {
    const pool = taskPool({ concurrency: 1 })
    for (const [wrong, message] of noOptions) {
      const options = wrong as object
      const calls = {
        run: () => pool.run(() => 1, options),
        submit: () => pool.submit(() => 1, options),
        trySubmit: () => pool.trySubmit(() => 1, options),
        map: () => pool.map([1], (n) => n, options),
        forEach: () => pool.forEach([1], (n) => n, options),
        batch: () => pool.batch([1], 1, (items) => items, options),
        stream: () => pool.stream([1], (n) => n, options),
        join: () => pool.join([], options),
        scope: () => pool.scope(options),
        idle: () => pool.idle(options),
        shutdown: () => pool.shutdown(options),
      }
      for (const [verb, call] of Object.entries(calls)) expect((await messageOf(call)).match(message)?.[1]).toBe(verb)
    }
    expect(pool.metrics().submitted).toBe(0)
  })

  test('is refused by each verb of threads, which names itself', async () => {
    const pool = threads()
    for (const [wrong, message] of noOptions) {
      const options = wrong as object
      const calls = {
        run: () => pool.run('double', [1], options),
        map: () => pool.map([1], 'double', options),
        forEach: () => pool.forEach([1], 'double', options),
        batch: () => pool.batch([1], 1, 'doubleAll', options),
        stream: () => [pool.stream([1], 'double', options)],
        runOnAll: () => pool.runOnAll('double', [1], options),
        ready: () => pool.ready(options),
      }
      for (const [verb, call] of Object.entries(calls)) expect((await messageOf(call)).match(message)?.[1]).toBe(verb)
      expect((await messageOf(() => pool.stream('count', [1], options))).match(message)?.[1]).toBe('stream')
    }
    expect(pool.metrics()).toMatchObject({ submitted: 0, liveThreads: 0 })
  })
})

describe('a wrong argument', () => {
  const pool = taskPool({ concurrency: 1 })
  const wrong: [call: () => unknown, message: string][] = [
    [() => pool.batch(5 as never, 1, (n) => n), 'items: expected an object to iterate over, got 5'],
    [() => pool.batch('abc' as never, 1, (n) => n), 'items: expected an object to iterate over, got "abc"'],
    [() => pool.join(5 as never), 'tasks: expected tasks to iterate over, got 5'],
    [() => pool.join([Promise.resolve(1)] as never), 'tasks: expected tasks, got [object Promise]'],
    [() => pool.join([], { ordered: 'no' as never }), 'ordered: expected a boolean, got "no"'],
    [() => pool.cancel(null as never), 'tasks: expected tasks to iterate over, got null'],
    [() => pool.cancel(['a'] as never), 'tasks: expected tasks, got "a"'],
    [() => pool.monitor(5, undefined as never), 'onMetrics: expected a function, got undefined'],
    [() => pool.scope().monitor(5, 'no' as never), 'onMetrics: expected a function, got "no"'],
    [() => threads().monitor(5, null as never), 'onMetrics: expected a function, got null'],
    [() => threads().scoped('no' as never), 'body: expected a function, got "no"'],
    [() => threads().stream('count', [1], { retry: { times: 1 } }), 'retry: what gives items is not run again'],
    [() => pool.map([1], (n) => n, { ahead: 2 } as object), 'ahead: map has no such option; it has '],
    [() => threads().map([1], 'double', { transfer: [] } as object), 'transfer: map has no such option; it has '],
    [() => pool.run(() => 1, { priority: '8' as never }), 'priority: expected a number, got "8"'],
    [() => cpuBound({ threads: Number.NaN }), 'threads: expected an integer from 1, got NaN'],
    [() => cpuBound({ threads: 8n as never }), 'threads: expected a number, got 8'],
    [() => ioBound({ concurrency: '8' as never }), 'concurrency: expected a number, got "8"'],
    [() => ioBound(null as never), 'ioBound: expected an object of options, got null'],
    [
      () => threadPool(new URL('file:///x'), cpuBound({ thread: 1 } as object)),
      'thread: threadPool has no such option',
    ],
  ]
  test.each(wrong.map(([call, message]) => [message, call] as const))('is named: %s', async (message, call) => {
    const told = await messageOf(call)
    expect(told.slice(0, message.length)).toBe(message)
  })
})

describe('batch', () => {
  test('takes more results of a task than a call has room for arguments', async () => {
    const items = range(300_000)
    const pool = taskPool({ concurrency: 1 })
    expect((await pool.batch(items, items.length, (all) => all)).length).toBe(300_000)
  })

  test('rejects for another number of results, also as they come', async () => {
    const pool = taskPool({ concurrency: 2 })
    const short = pool.batch([1, 2, 3], 2, (items) => items.slice(0, 1), { ordered: false })
    expect(await messageOf(() => short)).toBe('batch: expected an array of 3 results for 3 items')
  })
})

describe('the presets', () => {
  test('go by the processors that this process may use, and what is given counts', () => {
    const processors = availableParallelism()
    expect(ioBound()).toEqual({ concurrency: 32 * processors, maxPending: 320 * processors })
    expect(cpuBound()).toEqual({ threads: processors, maxPending: 10 * processors })
    expect(taskPool(ioBound()).concurrency).toBe(32 * processors)
    expect(ioBound({ concurrency: 3, perKey: 1 })).toEqual({ concurrency: 3, maxPending: 30, perKey: 1 })
    expect(cpuBound({ threads: 3, maxPending: 7 })).toEqual({ threads: 3, maxPending: 7 })
  })
})
