import { getEventListeners } from 'node:events'
import { TimeoutError } from '@millrace/notify'
import { describe, expect, test } from 'vitest'
import { attachPriorityPool } from '../../src/shared.ts'
import { open } from './shared-support.ts'
import { FakeClock, isSettled, rejection } from './support.ts'

describe('an end of a shared priority pool', () => {
  test('submits and drains by priority, and first in, first out among equals', async () => {
    const { there, pool } = open()
    expect(there.capacity).toBe(10)
    expect(await there.submit('a', { priority: 1 })).toBe('submitted')
    await there.submit('b', { priority: 5 })
    pool.trySubmit('c', { priority: 5 })
    await there.submit('d')
    expect(await there.drain(3)).toEqual(['b', 'c', 'a'])
    expect(pool.tryDrain(3)).toEqual(['d'])
  })

  test('submits many, in their order, for the price of one answer', async () => {
    const { there, pool } = open({ capacity: 1000 })
    const items = Array.from({ length: 500 }, (_, i) => String(i))
    expect(await there.submitMany(items, { priority: 3 })).toBe(500)
    expect(pool.tryDrain(1000)).toEqual(items)
  })

  test('waits for room, and for items', async () => {
    const { there, pool } = open({ capacity: 1 })
    const drained = there.drain(1)
    await there.submit('a')
    expect(await drained).toEqual(['a'])
    await pool.submit('b')
    const submitted = there.submit('c')
    expect(await isSettled(submitted)).toBe(false)
    expect(pool.tryTake()).toBe('b')
    expect(await submitted).toBe('submitted')
  })

  test('frees the room of items when they have arrived', async () => {
    const { there, pool } = open({ capacity: 2 })
    await there.submitMany(['a', 'b'])
    await there.drain(2)
    expect(await there.stats()).toMatchObject({ length: 0, held: 0, drained: 2, submitted: 2 })
    expect(pool.free).toBe(2)
  })

  test('answers duplicate and replaced for items with a key', async () => {
    const { there } = open()
    expect(await there.submit('a', { key: 'k', priority: 1 })).toBe('submitted')
    expect(await there.submit('b', { key: 'k', priority: 1 })).toBe('duplicate')
    expect(await there.submit('c', { key: 'k', priority: 2 })).toBe('replaced')
    expect(await there.drain(5, { timeoutMs: 0 })).toEqual(['c'])
  })

  test('submits items that expire', async () => {
    const clock = new FakeClock()
    const { there, pool } = open({ clock })
    await there.submit('a', { ttlMs: 5 })
    clock.move(5)
    expect(pool.length).toBe(0)
  })

  test('rejects with code full, with the item, when overflow is reject', async () => {
    const { there, pool } = open({ capacity: 1, overflow: 'reject' })
    await there.submit('a')
    expect(await rejection(there.submit('b'))).toMatchObject({ code: 'full', value: 'b' })
    const error = (await rejection(there.submitMany(['c', 'd']))) as { rest: Iterable<string> }
    expect(error).toMatchObject({ code: 'cut-short', sent: 0, cause: { code: 'full', value: 'c' } })
    expect([...error.rest]).toEqual(['c', 'd'])
    expect(pool.stats().rejected).toBe(2)
  })

  test('puts out the lowest when overflow is evict-lowest', async () => {
    const { there, pool } = open({ capacity: 1, overflow: 'evict-lowest' })
    await there.submit('a', { priority: 1 })
    await there.submit('b', { priority: 2 })
    expect([pool.tryDrain(5), pool.stats().evicted]).toEqual([['b'], 1])
  })

  test('takes what is there when the time of a drain is over', async () => {
    const { there, pool } = open()
    pool.trySubmit('a')
    expect(await there.drain(5, { timeoutMs: 5 })).toEqual(['a'])
    expect(await there.drain(5, { timeoutMs: 0 })).toEqual([])
  })

  test('ends a submit that waited too long, and the item is not in', async () => {
    const { there, pool } = open({ capacity: 1 })
    pool.trySubmit('a')
    const error = await rejection(there.submit('b', { timeoutMs: 5 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'timeout', timeoutMs: 5 })
    expect(await rejection(there.submitMany(['c'], { timeoutMs: 5 }))).toMatchObject({
      sent: 0,
      cause: { code: 'timeout' },
    })
    expect([pool.tryDrain(5), pool.stats().waitingSubmits]).toEqual([['a'], 0])
  })

  test('says which of many are in when it is cut short', async () => {
    const { there, pool } = open({ capacity: 3 })
    const error = (await rejection(there.submitMany(['a', 'b', 'c', 'd', 'e'], { timeoutMs: 5 }))) as {
      rest: Iterable<string>
    }
    expect(error).toMatchObject({ sent: 3, cause: { code: 'timeout' } })
    expect([...error.rest]).toEqual(['d', 'e'])
    expect(pool.tryDrain(5)).toEqual(['a', 'b', 'c'])
  })
})

describe('an abort', () => {
  test('ends a drain at once, and takes nothing', async () => {
    const { there, pool } = open()
    const { signal, abort } = aborter()
    const drained = rejection(there.drain(2, { signal }))
    await there.submit('a')
    abort('enough')
    expect(await drained).toBe('enough')
    await there.stats()
    expect([pool.stats(), pool.length]).toMatchObject([{ waitingDrains: 0, drained: 0, held: 0 }, 1])
    expect(await rejection(there.drain(1, { signal }))).toBe('enough')
  })

  test('of a drain whose items are on their way puts them back in their places', async () => {
    const { there, pool } = open()
    const { signal, abort } = aborter()
    const drained = rejection(there.drain(1, { signal }))
    await there.stats()
    pool.trySubmit('a', { priority: 9 })
    pool.trySubmit('b', { priority: 9 })
    expect(pool.stats()).toMatchObject({ length: 1 })
    abort('enough')
    expect(await drained).toBe('enough')
    await there.stats()
    expect(pool.tryDrain(5)).toEqual(['a', 'b'])
  })

  test('ends a submit that waits, and the item is not in', async () => {
    const { there, pool } = open({ capacity: 1 })
    pool.trySubmit('a')
    const { signal, abort } = aborter()
    const submits = [rejection(there.submit('b', { signal })), rejection(there.submitMany(['c'], { signal }))]
    await there.stats()
    abort('enough')
    expect(await submits[0]).toBe('enough')
    expect(await submits[1]).toMatchObject({ sent: 0, cause: 'enough' })
    expect([pool.tryDrain(5), pool.stats().waitingSubmits]).toEqual([['a'], 0])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('held items', () => {
  test('go back to where they were, or are drained for good', async () => {
    const { there, pool } = open()
    await there.submitMany(['a', 'b', 'c'])
    const held = await there.hold(2)
    expect([held.items, held.priorities]).toEqual([
      ['a', 'b'],
      [0, 0],
    ])
    expect(await there.stats()).toMatchObject({ length: 1, held: 2 })
    held.putBack()
    held.release()
    expect(await there.drain(3)).toEqual(['a', 'b', 'c'])
    await there.submit('d')
    ;(await there.hold(1)).release()
    await there.stats()
    expect(pool.stats()).toMatchObject({ length: 0, held: 0, drained: 4, putBack: 2 })
  })

  test('go back when the end that has them leaves the pool', async () => {
    const { there, handle } = open()
    await there.submitMany(['a', 'b'])
    await there.hold(2)
    const other = attachPriorityPool(handle)
    const drained = other.drain(2)
    there[Symbol.dispose]()
    expect(await drained).toEqual(['a', 'b'])
    expect(await other.stats()).toMatchObject({ putBack: 2, drained: 2 })
  })
})
function aborter(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) }
}
