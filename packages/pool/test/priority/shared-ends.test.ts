import { customCodec, json, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { attachPriorityPool, sharedPriorityPool } from '../../src/shared.ts'
import { open } from './shared-support.ts'
import { rejection } from './support.ts'

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
    expect(() => there.hold(1, { timeout: 1 } as never)).toThrow(
      /^timeout: no such option; there are signal, timeoutMs/,
    )
    expect(() => there.drain(1, { singal: 1 } as never)).toThrow(/^singal: no such option/)
    expect(() => sharedPriorityPool(null as never)).toThrow(
      /^sharedPriorityPool: expected an object of options, got null/,
    )
    expect(() => attachPriorityPool('8' as never)).toThrow(/^handle: .* got "8"/)
  })
})
