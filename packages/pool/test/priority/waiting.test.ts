import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { isSettled, jobs, kinds, poolOf, rejection, texts } from './support.ts'

const [, options] = kinds[1] as (typeof kinds)[number]

describe('drain', () => {
  test('waits for n, and takes them with the submit that makes them n', async () => {
    const pool = poolOf(options, '1a')
    const drained = pool.drain(3)
    pool.trySubmit(jobs('5b')[0] as never)
    expect(await isSettled(drained)).toBe(false)
    pool.trySubmit(jobs('3c')[0] as never)
    expect(pool.length).toBe(0)
    expect(texts(await drained)).toBe('5b 3c 1a')
  })

  test('takes what is there when its time is over, which may be nothing', async () => {
    const pool = poolOf(options, '1a 5b')
    expect(texts(await pool.drain(5, { timeoutMs: 5 }))).toBe('5b 1a')
    expect(await pool.drain(5, { timeoutMs: 5 })).toEqual([])
    expect(await pool.drain(5, { timeoutMs: 0 })).toEqual([])
  })

  test('does not wait for more than the pool can hold', async () => {
    const pool = poolOf({ ...options, capacity: 2 }, '1a 5b')
    expect(texts(await pool.drain(100))).toBe('5b 1a')
  })

  test('does not wait for more than there is room for beside held items', async () => {
    const pool = poolOf({ ...options, capacity: 3 }, '1a 5b')
    const held = pool.tryHold(1)
    const drained = pool.drain(3)
    expect(await isSettled(drained)).toBe(false)
    pool.trySubmit({ priority: 2, name: 'c' })
    expect(texts(await drained)).toBe('2c 1a')
    held.release()
  })

  test('waits while all items of a full pool are held', async () => {
    const pool = poolOf({ ...options, capacity: 2 }, '1a 5b')
    const held = pool.tryHold(2)
    const drained = pool.drain(1)
    expect(await isSettled(drained)).toBe(false)
    held.putBack()
    expect(texts(await drained)).toBe('5b')
  })

  test('that waits for more than there is leaves it to a tryDrain, and to a drain with timeoutMs 0', async () => {
    const pool = poolOf(options, '1a 5b')
    const drained = pool.drain(3)
    expect(texts(pool.tryDrain(1))).toBe('5b')
    expect(texts(await pool.drain(1, { timeoutMs: 0 }))).toBe('1a')
    expect(await isSettled(drained)).toBe(false)
    pool.close()
    expect(await drained).toEqual([])
  })

  test('loses nothing when it is aborted', async () => {
    const pool = poolOf(options, '1a 5b')
    const controller = new AbortController()
    const drained = rejection(pool.drain(3, { signal: controller.signal }))
    controller.abort(new Error('enough'))
    expect(await drained).toBe(controller.signal.reason)
    expect(pool.length).toBe(2)
    expect(await rejection(pool.drain(1, { signal: controller.signal }))).toBe(controller.signal.reason)
    expect(pool.stats()).toMatchObject({ waitingDrains: 0, drained: 0 })
  })

  test('that gives up lets those behind it be served at once', async () => {
    const pool = poolOf(options, '1a 5b')
    const controller = new AbortController()
    const first = rejection(pool.drain(3, { signal: controller.signal }))
    const second = pool.drain(2)
    expect(await isSettled(second)).toBe(false)
    controller.abort()
    await first
    expect(texts(await second)).toBe('5b 1a')
  })

  test('is served in the order of the calls, also by twenty that wait at a time', async () => {
    const pool = poolOf(options)
    const served: number[] = []
    const all = Array.from({ length: 20 }, (_, i) => pool.drain(1).then(() => served.push(i)))
    for (let i = 0; i < 20; i++) expect(pool.trySubmit({ priority: i, name: '' })).toBe('submitted')
    await Promise.all(all)
    expect(served).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  test('that waits stops no submit', async () => {
    const pool = poolOf({ ...options, capacity: 100 })
    const waiting = pool.drain(100)
    for (let i = 0; i < 99; i++) await pool.submit({ priority: i, name: '' }, { timeoutMs: 1_000 })
    expect(pool.length).toBe(99)
    await pool.submit({ priority: 1, name: '' })
    expect(await waiting).toHaveLength(100)
  })

  test('leaves no listener and no timer behind, in ten thousand waits on one signal', async () => {
    const pool = poolOf({ ...options, capacity: 100 })
    const { signal } = new AbortController()
    for (let i = 0; i < 10_000; i++) {
      const drained = pool.drain(1, { signal, timeoutMs: 10_000 })
      pool.trySubmit({ priority: 1, name: '' })
      await drained
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThan(5)
  })
})

describe('submit', () => {
  test('waits for room, in the order of the calls, and never above the capacity', async () => {
    const pool = poolOf({ ...options, capacity: 2 }, '1a 1b')
    const submits = jobs('5c 9d 7e').map((one) => pool.submit(one))
    expect(pool.stats()).toMatchObject({ length: 2, waitingSubmits: 3 })
    expect(pool.trySubmit({ priority: 9, name: 'z' })).toBe('full')
    expect(texts(pool.tryDrain(1))).toBe('1a')
    expect(pool.stats()).toMatchObject({ length: 2, waitingSubmits: 2 })
    expect((await submits[0])?.state).toBe('queued')
    expect(texts(pool.tryDrain(2))).toBe('5c 1b')
    expect(pool.stats()).toMatchObject({ length: 2, waitingSubmits: 0 })
    await Promise.all(submits)
    expect(texts(pool.tryDrain(5))).toBe('9d 7e')
  })

  test('that gives up leaves the order and is not in', async () => {
    const pool = poolOf({ ...options, capacity: 1 }, '1a')
    const controller = new AbortController()
    const aborted = rejection(pool.submit({ priority: 2, name: 'b' }, { signal: controller.signal }))
    const late = rejection(pool.submit({ priority: 3, name: 'c' }, { timeoutMs: 1 }))
    const patient = pool.submit({ priority: 4, name: 'd' })
    controller.abort('no')
    expect(await aborted).toBe('no')
    expect(await late).toMatchObject({ code: 'timeout' })
    expect(texts(pool.tryDrain(5))).toBe('1a')
    await patient
    expect(texts(pool.tryDrain(5))).toBe('4d')
    expect(pool.stats()).toMatchObject({ submitted: 2, drained: 2 })
  })

  test('rejects with the item when overflow is reject and the pool is full', async () => {
    const pool = poolOf({ ...options, capacity: 1, overflow: 'reject' }, '1a')
    const item = { priority: 2, name: 'b' }
    expect(await rejection(pool.submit(item))).toMatchObject({ code: 'full', value: item })
    expect(pool.stats()).toMatchObject({ rejected: 1, length: 1 })
  })

  test('of many says what is in and gives the rest back when it is cut short', async () => {
    const pool = poolOf({ ...options, capacity: 2 })
    expect(await pool.submitMany(jobs('1a'))).toBe(1)
    const error = (await rejection(pool.submitMany(jobs('2b 3c 4d'), { timeoutMs: 1 }))) as {
      sent: number
      rest: Iterable<never>
      cause: unknown
    }
    expect(error).toMatchObject({ code: 'cut-short', sent: 1, cause: { code: 'timeout' } })
    expect(texts(error.rest)).toBe('3c 4d')
    expect(texts(pool.tryDrain(5))).toBe('2b 1a')
    pool.close()
    expect(await rejection(pool.submitMany(jobs('5e')))).toMatchObject({ sent: 0, cause: { code: 'closed' } })
  })

  test('of many goes on as room is made, and lets timers tick', async () => {
    const pool = poolOf({ ...options, capacity: 10 })
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const items = Array.from({ length: 200_000 }, (_, i) => ({ priority: i % 100, name: '' }))
    const submitted = pool.submitMany(items)
    let drained = 0
    while (drained < items.length) drained += (await pool.drain(10)).length
    clearInterval(timer)
    expect([await submitted, drained]).toEqual([200_000, 200_000])
    expect(ticks).toBeGreaterThan(5)
  })

  test('that is awaited in a loop beside a drain in a loop lets a timer of 10 ms tick', async () => {
    const pool = poolOf({ ...options, capacity: 1_000 })
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    const end = performance.now() + 15_000
    let producers = 2
    const produce = async () => {
      while (ticks < 20 && performance.now() < end) await pool.submit({ priority: 3, name: '' })
      producers--
    }
    const consume = async () => {
      while (producers > 0) await pool.drain(100, { timeoutMs: 50 })
    }
    await Promise.all([produce(), produce(), consume()])
    clearInterval(timer)
    expect(ticks).toBeGreaterThanOrEqual(20)
  })
})

describe('close', () => {
  test('drains what is left, then ends', async () => {
    const pool = poolOf(options, '1a 5b 3c')
    pool.close()
    pool.close()
    expect(pool.closed).toBe(true)
    expect(texts(await pool.drain(2))).toBe('5b 3c')
    const ended = pool.whenClosed()
    expect(await isSettled(ended)).toBe(false)
    expect(texts(await pool.drain(2))).toBe('1a')
    await ended
    expect(await pool.drain(2)).toEqual([])
  })

  test('gives waiting drains what is there, in their order, and the rest nothing', async () => {
    const pool = poolOf(options, '1a 5b 3c')
    const drains = [pool.drain(4), pool.drain(4)]
    pool.close()
    expect((await Promise.all(drains)).map(texts)).toEqual(['5b 3c 1a', ''])
  })

  test('rejects submits that wait, with their items, and later ones', async () => {
    const pool = poolOf({ ...options, capacity: 1 }, '1a')
    const item = { priority: 2, name: 'b' }
    const waiting = rejection(pool.submit(item))
    pool.close()
    expect(await waiting).toMatchObject({ code: 'closed', value: item })
    expect(await rejection(pool.submit(item))).toMatchObject({ code: 'closed', value: item })
    expect(pool.trySubmit(item)).toBe('closed')
  })

  test('by asyncDispose waits until all was drained', async () => {
    const pool = poolOf(options, '1a')
    const disposed = pool[Symbol.asyncDispose]()
    expect(await isSettled(disposed)).toBe(false)
    pool.tryDrain(1)
    await disposed
  })
})

describe('for await', () => {
  test('takes all in order, until the pool is closed and empty', async () => {
    const pool = poolOf(options, '1a 5b')
    const taken: string[] = []
    const done = (async () => {
      for await (const { name } of pool) taken.push(name)
    })()
    await isSettled(done)
    await pool.submit({ priority: 3, name: 'c' })
    pool.close()
    await done
    expect(taken.join('')).toBe('bac')
  })

  test('that is left takes no more and leaves the pool open', async () => {
    const pool = poolOf(options, '1a 5b 3c')
    for await (const { name } of pool) if (name === 'b') break
    expect(texts(pool.tryDrain(5))).toBe('3c 1a')
    expect(pool.closed).toBe(false)
  })

  test('ends a wait that was begun when it is left', async () => {
    const pool = poolOf(options)
    const iterator = pool[Symbol.asyncIterator]()
    const next = iterator.next()
    await iterator.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(pool.stats().waitingDrains).toBe(0)
  })
})
