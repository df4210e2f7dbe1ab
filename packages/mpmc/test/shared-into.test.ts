import { bool, bytes, enumOf, f64, json, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'

describe('received into an array', () => {
  test.each([
    ['json(64)', json(64), { a: 1 }],
    ['bytes(8)', bytes(8), Uint8Array.of(1)],
    ['bool', bool, true],
    ['enum("tea","milk")', enumOf('tea', 'milk'), 'milk'],
  ] as const)('what is no number is refused before anything is taken, of %s', async (name, codec, value) => {
    const { sender, receiver } = sharedChannel<never>({ capacity: 4, codec: codec as never })
    const array = new Float64Array(2).fill(7)
    sender.trySend(value as never)
    const message = `array: expected a channel of u32, i32 or f64, this one carries ${name}`
    expect(() => receiver.tryReceiveInto(array)).toThrow(new TypeError(message))
    expect(() => receiver.receiveIntoSync(array)).toThrow(new TypeError(message))
    await expect(receiver.receiveInto(array)).rejects.toThrow(new TypeError(message))
    expect([receiver.length, ...array]).toEqual([1, 7, 7])
    expect(receiver.tryReceive()).toEqual(value)
  })

  test('of no elements nothing is, at once', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 4, codec: f64 })
    const none = new Float64Array(0)
    expect([await receiver.receiveInto(none), receiver.receiveIntoSync(none), receiver.tryReceiveInto(none)]).toEqual([
      0, 0, 0,
    ])
    sender.trySend(1.5)
    expect([await receiver.receiveInto(none), receiver.receiveIntoSync(none), receiver.length]).toEqual([0, 0, 1])
  })

  test('nothing is by a receive that is aborted already', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 4, codec: u32 })
    sender.trySend(1)
    const signal = AbortSignal.abort(new Error('no longer'))
    await expect(receiver.receiveInto(new Uint32Array(1), { signal })).rejects.toThrow('no longer')
    expect(receiver.length).toBe(1)
  })
})

describe('a receive into an array that has to wait', () => {
  test('ends with all that has come by then and fits, and leaves the rest', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 8, codec: u32 })
    const array = new Uint32Array(3)
    const waiting = receiver.receiveInto(array)
    await sender.sendMany([1, 2, 3, 4])
    expect([await waiting, ...array, receiver.length]).toEqual([3, 1, 2, 3, 1])
  })

  test('leaves the array alone, and takes nothing, when it is aborted; and ends with 0 when the channel does', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 8, codec: u32 })
    const array = Uint32Array.of(7, 7)
    const stop = new AbortController()
    const aborted = receiver.receiveInto(array, { signal: stop.signal })
    stop.abort(new Error('no longer'))
    await expect(aborted).rejects.toThrow('no longer')
    sender.trySend(1)
    expect([receiver.length, ...array]).toEqual([1, 7, 7])
    expect([await receiver.receiveInto(array), ...array]).toEqual([1, 1, 7])
    const last = receiver.receiveInto(array)
    sender.close()
    expect(await last).toBe(0)
  })
})

describe('a receive into an array that changes while it waits', () => {
  test('is rejected if there are no elements any more, and the next number goes to the next', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 8, codec: u32 })
    const array = new Uint32Array(3)
    const [into, one] = [receiver.receiveInto(array), receiver.receive()]
    structuredClone(array, { transfer: [array.buffer] })
    sender.trySend(1)
    sender.trySend(2)
    await expect(into).rejects.toThrow(
      new TypeError('array: lost its elements while the receive waited, and a number with them'),
    )
    expect(await one).toBe(2)
  })

  test('takes as many as there are elements by then', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 8, codec: u32 })
    const array = new Uint32Array(new ArrayBuffer(12, { maxByteLength: 16 }))
    const waiting = receiver.receiveInto(array)
    array.buffer.resize(8)
    await sender.sendMany([1, 2, 3])
    expect([await waiting, ...array, receiver.length]).toEqual([2, 1, 2, 1])
  })
})

describe('within a thread a receive that waits comes before', () => {
  test('tryReceiveInto', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 4, codec: u32 })
    const waiting = receiver.receive()
    sender.trySend(1)
    sender.trySend(2)
    const array = new Uint32Array(4)
    expect([receiver.tryReceiveInto(array), array[0], await waiting]).toEqual([1, 2, 1])
  })

  test('receiveInto, which waits behind it', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 4, codec: u32 })
    const array = new Uint32Array(4)
    const order = [receiver.receive(), receiver.receiveInto(array)]
    sender.trySend(1)
    sender.trySend(2)
    expect([...(await Promise.all(order)), array[0]]).toEqual([1, 1, 2])
    const waiting = receiver.receive()
    sender.trySend(3)
    const late = receiver.receiveInto(array)
    sender.trySend(4)
    expect([await waiting, await late, array[0]]).toEqual([3, 1, 4])
  })

  test('tryBorrow', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 4, codec: bytes(8) })
    const waiting = receiver.receive()
    sender.trySend(Uint8Array.of(1))
    expect(receiver.tryBorrow((lent) => lent[0])).toBe(undefined)
    expect(await waiting).toEqual(Uint8Array.of(1))
  })

  test('but not those that block: the thread cannot serve who waits meanwhile', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 4, codec: u32 })
    const waiting = receiver.receive()
    sender.trySend(1)
    sender.trySend(2)
    const array = new Uint32Array(1)
    expect([receiver.receiveIntoSync(array), array[0], await waiting]).toEqual([1, 1, 2])
  })
})
