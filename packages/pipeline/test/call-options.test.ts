import { getEventListeners } from 'node:events'
import { channel } from '@millrace/mpsc'
import { describe, expect, test, vi } from 'vitest'
import { type DeadLetter, from } from '../src/index.ts'
import { quiet, rejection } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** A function that fails the first times it is called for an item. */
function flaky(failures: number) {
  const calls: number[] = []
  const fn = async (n: number): Promise<number> => {
    calls.push(n)
    if (calls.filter((one) => one === n).length <= failures) throw new Error(`no ${n}`)
    return n
  }
  return { calls, fn }
}

describe('retry', () => {
  test('makes a call again as often as it may, and keeps the order of items', async () => {
    const { calls, fn } = flaky(2)
    expect(
      await from(numbers(3))
        .map(fn, { retry: { times: 2 }, concurrency: 3 })
        .toArray(),
    ).toEqual([0, 1, 2])
    expect(calls).toHaveLength(9)
  })

  test.each([true, false])(
    'lets through and hands on the items themselves, 0 too: calls that give promises %s',
    async (isAsync) => {
      const calls = new Set<string>()
      const flakyAs =
        (result: (n: number) => unknown, name: string) =>
        (n: number): never => {
          if (!calls.has(name + n)) {
            calls.add(name + n)
            if (isAsync) return Promise.reject(new Error('first')) as never
            throw new Error('first')
          }
          return (isAsync ? Promise.resolve(result(n)) : result(n)) as never
        }
      const letters = channel<DeadLetter<number>>({ capacity: 8 })
      const out = from(numbers(4))
        .filter(
          flakyAs((n) => n % 2 === 0, 'filter'),
          { retry: { times: 1 } },
        )
        .tap(
          flakyAs(() => undefined, 'tap'),
          { retry: { times: 1 } },
        )
        .tap(
          flakyAs(() => undefined, 'dead'),
          { deadLetter: letters.sender },
        )
      expect(await out.toArray()).toEqual([])
      expect([(await letters.receiver.receive())?.item, (await letters.receiver.receive())?.item]).toEqual([0, 2])
    },
  )

  test('fails with the last error when all attempts did, and does not count functions that throw otherwise', async () => {
    const fn = vi.fn((n: number): number => {
      throw new Error(`no ${n}: ${fn.mock.calls.length}`)
    })
    const failed = from([7]).map((n) => fn(n), { retry: { times: 2 } })
    expect((await rejection(failed.toArray())).error).toEqual(new Error('no 7: 3'))
  })

  test('asks when, with the error and how many attempts were made', async () => {
    const { calls, fn } = flaky(9)
    const asked: [string, number][] = []
    const when = (error: unknown, attempt: number) => asked.push([(error as Error).message, attempt]) < 2
    await rejection(
      from([1])
        .map(fn, { retry: { times: 5, when } })
        .toArray(),
    )
    expect([calls.length, asked]).toEqual([
      2,
      [
        ['no 1', 1],
        ['no 1', 2],
      ],
    ])
  })

  test('waits longer each time, but no longer than it may, and by chance a little less', async () => {
    const delays: number[] = []
    const timeout = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((fire: () => void, ms: number) => {
      delays.push(ms)
      return setImmediate(fire)
    }) as never)
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { fn } = flaky(4)
    const retry = { times: 4, delayMs: 100, factor: 3, maxDelayMs: 1_000, jitter: 0.2 }
    expect(await from([1]).map(fn, { retry }).toArray()).toEqual([1])
    expect(delays).toEqual([90, 270, 810, 900])
    timeout.mockRestore()
    random.mockRestore()
  })

  test('waits for nothing without a delay, however often', async () => {
    const timeout = vi.spyOn(globalThis, 'setTimeout')
    const { calls, fn } = flaky(1_100)
    expect(
      await from([1])
        .map(fn, { retry: { times: 1_100 } })
        .toArray(),
    ).toEqual([1])
    expect([calls.length, timeout.mock.calls]).toEqual([1_101, []])
    timeout.mockRestore()
  })

  test('ends with the run, in the middle of a delay', async () => {
    const { calls, fn } = flaky(9)
    const run = from([1])
      .map(fn, { retry: { times: 9, delayMs: 60_000 } })
      .run()
    await quiet()
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    expect(calls).toEqual([1])
  })
})

describe('timeoutMs', () => {
  test('aborts the signal of that call alone, and the item fails when the call has settled', async () => {
    const signals: AbortSignal[] = []
    const late = Promise.withResolvers<number>()
    const run = from([1, 2]).map(
      (n, _, { signal }) => {
        signals.push(signal)
        return n === 1 ? late.promise : 2
      },
      { timeoutMs: 20, concurrency: 2 },
    )
    const failed = rejection(run.toArray())
    await expect.poll(() => signals[0]?.aborted, { timeout: 30_000 }).toBe(true)
    expect(signals[1]?.aborted).toBe(false)
    late.resolve(1)
    expect((await failed).error).toMatchObject({ name: 'TimeoutError', code: 'timeout', timeoutMs: 20 })
  })

  test('is what the item fails with, whatever the call itself does when its signal aborts', async () => {
    const fails = (_: number, __: number, { signal }: { signal: AbortSignal }) =>
      new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(new Error('its own'))))
    expect((await rejection(from([1]).map(fails, { timeoutMs: 5 }).toArray())).error).toMatchObject({
      code: 'timeout',
      timeoutMs: 5,
    })
  })

  test('counts for each attempt', async () => {
    let calls = 0
    const hang = (n: number, _: number, { signal }: { signal: AbortSignal }) =>
      ++calls < 3
        ? new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : n
    expect(
      await from([1])
        .map(hang, { timeoutMs: 10, retry: { times: 2 } })
        .toArray(),
    ).toEqual([1])
  })

  test('aborts with the run, and leaves no listener', async () => {
    let stageSignal: AbortSignal | undefined
    const source = from(numbers(500)).tap((_, __, { signal }) => {
      stageSignal = signal
    })
    await source.map(async (n) => n, { timeoutMs: 60_000, concurrency: 9 }).toArray()
    expect(getEventListeners(stageSignal as AbortSignal, 'abort')).toHaveLength(0)
    const seen: unknown[] = []
    const run = from([1])
      .map(
        (n, _, { signal }) =>
          new Promise<number>((resolve) =>
            signal.addEventListener('abort', () => {
              seen.push(signal.reason)
              resolve(n)
            }),
          ),
        { timeoutMs: 60_000 },
      )
      .run()
    await quiet()
    run.abort('enough')
    await rejection(run.done)
    expect(seen).toEqual(['enough'])
  })
})

describe('deadLetter', () => {
  test('gets the item, its place, its stage, the attempts and the error; the others go on', async () => {
    const letters = channel<DeadLetter<number>>({ capacity: 10 })
    const odd = (n: number) => {
      if (n % 2 === 1) throw new Error(`odd ${n}`)
      return n
    }
    const even = from(numbers(4)).map(odd, { name: 'even', retry: { times: 1 }, deadLetter: letters.sender })
    expect(await even.toArray()).toEqual([0, 2])
    expect(await letters.receiver.receiveMany(9)).toEqual([
      { item: 1, index: 1, stage: 'even', attempts: 2, error: new Error('odd 1') },
      { item: 3, index: 3, stage: 'even', attempts: 2, error: new Error('odd 3') },
    ])
  })

  test('that is full makes the stage wait', async () => {
    const letters = channel<DeadLetter<number>>({ capacity: 1 })
    const fail = vi.fn(async (): Promise<number> => Promise.reject(new Error('no')))
    const done = from(numbers(4)).map(fail, { deadLetter: letters.sender }).toArray()
    await quiet()
    expect(fail).toHaveBeenCalledTimes(2)
    for (let i = 0; i < 4; i++) expect((await letters.receiver.receive())?.item).toBe(i)
    expect(await done).toEqual([])
  })
})

describe("errors: 'collect'", () => {
  test('goes on after failed calls, and rejects in the end with all their errors', async () => {
    const seen: number[] = []
    const done = from(numbers(5))
      .map(async (n) => (n % 2 === 1 ? Promise.reject(new Error(`odd ${n}`)) : n), { concurrency: 2 })
      .forEach((n) => void seen.push(n), { errors: 'collect' })
    const { error } = await rejection(done)
    expect(error).toMatchObject({
      name: 'AggregateError',
      message: '2 of its calls failed',
      errors: [new Error('odd 1'), new Error('odd 3')],
    })
    expect(seen).toEqual([0, 2, 4])
  })

  test('keeps a thousand', async () => {
    const { error } = await rejection(
      from(numbers(1_200))
        .map(() => Promise.reject<number>(0))
        .forEach(undefined, { errors: 'collect' }),
    )
    expect((error as AggregateError).errors).toHaveLength(1_000)
    expect((error as AggregateError).message).toBe('1200 of its calls failed; the first 1000 are kept')
  })
})

describe('a wrong option', () => {
  test.each([
    [{ retry: { times: 0 } }, /^map: retry.times: expected an integer from 1, got 0/],
    [{ retry: { times: 1, jitter: 2 } }, /^map: retry.jitter: expected 0 to 1, got 2/],
    [{ retry: { times: 1, factor: 0 } }, /^map: retry.factor: /],
    [{ retry: { times: 1, delay: 5 } }, /^map: retry: unknown option "delay"/],
    [{ timeoutMs: 0 }, /^map: timeoutMs: expected a number of milliseconds above 0, got 0/],
    [{ keyBy: 'id' }, /^map: keyBy: expected a function, got "id"/],
    [{ deadLetter: {} }, /^map: deadLetter: expected the sender of a channel/],
  ])('%j throws at once', (options, message) => {
    expect(() => from([1]).map((n) => n, options as never)).toThrow(message)
  })
})
