import { getEventListeners } from 'node:events'
import { TimeoutError } from '@millrace/notify'
import { customCodec, json, string, u32 } from '@millrace/ring/codec'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type AttachedPriorityPool,
  attachPriorityPool,
  type SharedPriorityPool,
  type SharedPriorityPoolOptions,
  sharedPriorityPool,
} from '../../src/shared.ts'
import { FakeClock, isSettled, rejection } from './support.ts'

type Options = Partial<SharedPriorityPoolOptions<string>>

let opened: SharedPriorityPool<string>[] = []

/** A pool, and an end of it as another thread would have one. */
function open(options: Options = {}): SharedPriorityPool<string> & { there: AttachedPriorityPool<string> } {
  const made = sharedPriorityPool({ capacity: 10, codec: string(20), ...options })
  opened.push(made)
  return { ...made, there: attachPriorityPool(made.handle) }
}

afterEach(async () => {
  for (const { pool } of opened) {
    pool.close()
    pool.clear()
    await pool.whenClosed()
  }
  opened = []
})

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

describe('what cannot cross', () => {
  test('is refused where it is submitted, and nothing else is disturbed', async () => {
    const { there, pool } = open()
    const long = 'x'.repeat(21)
    expect(await rejection(there.submit(long))).toMatchObject({ code: 'too-large' })
    const error = (await rejection(there.submitMany(['a', 'b', long, 'c']))) as { rest: Iterable<string> }
    expect(error).toMatchObject({ sent: 2, cause: { code: 'too-large' } })
    expect([...error.rest]).toEqual([long, 'c'])
    expect(await rejection(there.submitMany([long]))).toMatchObject({ sent: 0 })
    expect(() => pool.trySubmit(long)).toThrow(/string\(20\)/)
    expect(await there.drain(2)).toEqual(['a', 'b'])
  })

  test('a failing source of items ends a submit of many after those it gave', async () => {
    const { there, pool } = open()
    function* items(): Generator<string> {
      yield 'a'
      throw new Error('no more')
    }
    expect(await rejection(there.submitMany(items()))).toMatchObject({ sent: 1, cause: { message: 'no more' } })
    expect(await rejection(there.submitMany(['b', undefined as never, 'c']))).toMatchObject({
      sent: 1,
      cause: { message: /undefined is no item/ },
    })
    expect(pool.tryDrain(5)).toEqual(['a', 'b'])
  })

  test('what the functions of the pool throw arrives as an error of the same message', async () => {
    const priority = (item: string): number => {
      if (item === 'bad') throw new RangeError('bad has none')
      return item.length
    }
    const { there, pool } = open({ priority })
    expect(await rejection(there.submit('bad'))).toEqual(new RangeError('bad has none'))
    expect(await there.submit('good')).toBe('submitted')
    expect(pool.length).toBe(1)
  })

  test('an item that its codec cannot read stays in the pool, and its drain rejects', async () => {
    let isBroken = false
    const codec = customCodec<string>({
      name: 'one letter',
      maxBytes: 8,
      encode(value, into, offset) {
        into.i32[offset >>> 2] = value.charCodeAt(0)
        return 4
      },
      decode(from, offset) {
        if (isBroken) throw new Error('broken')
        return String.fromCharCode(from.i32[offset >>> 2] as number)
      },
    })
    const { pool, handle } = sharedPriorityPool({ capacity: 10, codec })
    const there = attachPriorityPool(handle, codec)
    await there.submit('a')
    isBroken = true
    expect(await rejection(there.drain(1))).toMatchObject({ message: 'broken' })
    expect(await rejection(there.submit('b'))).toMatchObject({ message: 'broken' })
    isBroken = false
    expect(await there.drain(1)).toEqual(['a'])
    pool.close()
  })

  test('an item that has changed since such that it cannot cross stays in the pool, and its drain rejects', async () => {
    const { pool, handle } = sharedPriorityPool({ capacity: 10, codec: json(20) })
    const there = attachPriorityPool(handle)
    const item = { text: 'short' }
    pool.trySubmit(item)
    item.text = 'x'.repeat(100)
    expect(await rejection(there.drain(1))).toMatchObject({ name: 'EncodeError' })
    await there.stats()
    expect(pool.tryDrain(1)).toEqual([item])
    pool.close()
  })
})

describe('close', () => {
  test('by any end drains what is left, and then ends everybody', async () => {
    const { there, pool, handle } = open()
    const other = attachPriorityPool(handle)
    await other.submit('a')
    await there.close()
    expect(pool.closed).toBe(true)
    expect(await rejection(other.submit('b'))).toMatchObject({ code: 'closed', value: 'b' })
    expect(await other.drain(5)).toEqual(['a'])
    await pool.whenClosed()
    expect(await other.drain(5)).toEqual([])
    expect(await there.drain(5)).toEqual([])
    expect(await rejection(there.submit('c'))).toMatchObject({ code: 'closed', value: 'c' })
    expect(await rejection(there.stats())).toMatchObject({ code: 'closed' })
    expect((await there.hold(1)).items).toEqual([])
    await there.close()
    expect(() => attachPriorityPool(handle)).toThrow(/ended|no longer|gone/)
  })

  test('ends a loop over the items', async () => {
    const { there, pool } = open()
    await there.submitMany(['a', 'b'])
    const seen: string[] = []
    for await (const item of there) {
      seen.push(item)
      if (seen.length === 2) pool.close()
    }
    expect(seen).toEqual(['a', 'b'])
  })

  test('rejects submits that wait, with their items', async () => {
    const { there, pool } = open({ capacity: 1 })
    pool.trySubmit('a')
    const submits = [rejection(there.submit('b')), rejection(there.submitMany(['c', 'd']))]
    await there.stats()
    pool.close()
    expect(await submits[0]).toMatchObject({ code: 'closed', value: 'b' })
    expect(await submits[1]).toMatchObject({ sent: 0, cause: { code: 'closed', value: 'c' } })
    pool.clear()
  })

  test('an end that leaves rejects its calls, and the pool goes on', async () => {
    const { there, handle } = open()
    const drained = rejection(there.drain(1))
    await there.stats()
    there[Symbol.dispose]()
    expect(await drained).toMatchObject({ code: 'closed' })
    expect(await rejection(there.submit('a'))).toMatchObject({ code: 'closed', value: 'a' })
    const other = attachPriorityPool(handle)
    await other.submit('b')
    expect(await other.drain(1)).toEqual(['b'])
    expect(await other.stats()).toMatchObject({ waitingDrains: 0, length: 0, held: 0 })
  })
})

describe('misuse', () => {
  test('throws at once, and names the option and the value', () => {
    const make = (options: object) => () => sharedPriorityPool({ capacity: 1, codec: u32, ...options } as never)
    expect(make({ codec: undefined })).toThrow(/^codec: /)
    expect(make({ requests: 0 })).toThrow(/^requests: .*got 0/)
    expect(make({ requests: 65_537 })).toThrow(/^requests: /)
    expect(make({ capacity: 0 })).toThrow(/^capacity: /)
    expect(make({ capcity: 1 })).toThrow(/^capcity: /)
    const { there, handle } = open()
    expect(() => attachPriorityPool({} as never)).toThrow(/^handle: /)
    expect(() => attachPriorityPool(handle, u32 as never)).toThrow(
      /^codec: the pool carries string\(20\), this codec is u32/,
    )
    expect(() => attachPriorityPool({ ...handle, codec: 'mine' })).toThrow(/^codec: mine is not built in/)
    expect(() => there.submit(undefined as never)).toThrow(/^item: undefined/)
    expect(() => there.submit('a', { prio: 1 } as never)).toThrow(/^prio: /)
    expect(() => there.submit('a', { timeoutMs: -1 })).toThrow(/^timeoutMs: /)
    expect(() => there.submitMany(1 as never)).toThrow(/^items: /)
    expect(() => there.drain(0)).toThrow(/^n: /)
    expect(() => there.hold(1, { timeoutMs: -1 })).toThrow(/^timeoutMs: /)
  })
})

function aborter(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) }
}
