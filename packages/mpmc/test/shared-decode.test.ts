import { customCodec } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { attachSender, sharedChannel } from '../src/shared.ts'
import { uncaught } from './threads/uncaught.ts'

/** Numbers, of which 3 cannot be read again. */
const picky = customCodec<number>({
  name: 'picky',
  maxBytes: 8,
  encode(value, into, offset) {
    into.f64[offset / 8] = value
    return 8
  },
  decode(from, offset) {
    const value = from.f64[offset / 8] as number
    if (value === 3) throw new Error('cannot read 3')
    return value
  },
})

function filled(...values: number[]) {
  const { sender, receiver } = sharedChannel({ capacity: 16, codec: picky })
  for (const value of values) sender.trySend(value)
  return { sender, receiver }
}

describe('a value that its codec cannot decode', () => {
  test('ends a batch: the good ones before it are delivered, the next call rejects, those behind stay', async () => {
    const { receiver } = filled(1, 2, 3, 4, 5)
    expect(await receiver.receiveMany(10)).toEqual([1, 2])
    expect(receiver.length).toBe(2)
    await expect(receiver.receiveMany(10)).rejects.toThrow('cannot read 3')
    expect(await receiver.receiveMany(10)).toEqual([4, 5])
  })

  test('rejects what waits for promises, and is thrown by the others', async () => {
    const { receiver } = filled(3, 3, 3, 3, 3, 3, 3, 8)
    await expect(receiver.receive()).rejects.toThrow('cannot read 3')
    await expect(receiver.receiveMany(1)).rejects.toThrow('cannot read 3')
    await expect(receiver[Symbol.asyncIterator]().next()).rejects.toThrow('cannot read 3')
    await expect(receiver.batches(2)[Symbol.asyncIterator]().next()).rejects.toThrow('cannot read 3')
    expect(() => receiver.tryReceive()).toThrow('cannot read 3')
    expect(() => receiver.receiveSync()).toThrow('cannot read 3')
    expect(() => receiver.receiveManySync(2)).toThrow('cannot read 3')
    expect(receiver.tryReceive()).toBe(8)
  })

  test('rejects the receive that took it, and no other', async () => {
    const { sender, receiver } = filled()
    const waiting = [receiver.receive(), receiver.receive(), receiver.receive()]
    for (const value of [1, 3, 5]) sender.trySend(value)
    expect(await Promise.allSettled(waiting)).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { message: 'cannot read 3' } },
      { status: 'fulfilled', value: 5 },
    ])
  })

  test('leaves no waiter behind: the batch before it ends with what is good, the next in line rejects', async () => {
    const { sender, receiver } = filled()
    const waiting = [receiver.receiveMany(10), receiver.receive(), receiver.receive()]
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    expect(await Promise.allSettled(waiting)).toMatchObject([
      { status: 'fulfilled', value: [1, 2] },
      { status: 'rejected', reason: { message: 'cannot read 3' } },
      { status: 'fulfilled', value: 4 },
    ])
    expect([receiver.length, receiver.stats().waitingReceivers]).toEqual([0, 0])
  })

  test('as the last of a closed channel is told before the end', async () => {
    const { sender, receiver } = filled(1, 3)
    sender.close()
    expect(receiver.receiveManySync(10)).toEqual([1])
    expect(() => receiver.receiveManySync(10)).toThrow('cannot read 3')
    expect(await receiver.receive()).toBe(undefined)
  })
})

describe('a value that its codec cannot decode, and nobody receives,', () => {
  function full(onDrop?: (value: number, why: string) => void) {
    const ends = sharedChannel({ capacity: 2, codec: picky, overflow: 'drop-oldest', ...(onDrop && { onDrop }) })
    for (const value of [3, 4]) ends.sender.trySend(value)
    expect(ends.receiver.length).toBe(2)
    return ends
  }

  test('is dropped for the newest as any other: that is sent, and the drop counted', async () => {
    const { sender, receiver } = full()
    expect([sender.trySend(5), sender.stats().dropped, receiver.length]).toEqual(['sent', 1, 2])
    expect(await receiver.receiveMany(9)).toEqual([4, 5])
  })

  test('is dropped for a reservation too', async () => {
    const { sender, receiver } = full()
    const permit = await sender.reserve()
    permit.send(6)
    expect([sender.stats().dropped, await receiver.receiveMany(9)]).toEqual([1, [4, 6]])
  })

  test('is not told of, for there is nothing to tell: its error is uncaught, as what onDrop throws', async () => {
    const told: unknown[] = []
    const { sender, receiver } = full((...drop) => told.push(drop))
    const errors = await uncaught(() => sender.send(5))
    expect([errors, told, sender.stats().dropped]).toEqual([[new Error('cannot read 3')], [], 1])
    sender.trySend(6)
    expect([told, await receiver.receiveMany(9)]).toEqual([[[4, 'oldest']], [5, 6]])
  })

  test('keeps neither a channel open nor its memory, nor those behind it from onDrop', async () => {
    const told: unknown[] = []
    const { sender, receiver, handle } = full((...drop) => told.push(drop))
    const errors = await uncaught(() => receiver[Symbol.dispose]())
    expect([errors, told]).toEqual([[new Error('cannot read 3')], [[4, 'closed']]])
    expect(sender.stats()).toMatchObject({ length: 0, dropped: 2, received: 0 })
    sender[Symbol.dispose]()
    expect(() => attachSender(handle, picky)).toThrow('gone')
  })
})
