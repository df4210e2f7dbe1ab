import { setImmediate as turn } from 'node:timers/promises'
import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import { string, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'
import { deadReader } from './threads/dead-reader.ts'

provideKernel(kernel)
const own = arena({ execution: 'javascript' })

describe('without WebAssembly, where a thread died over a value and is not repaired yet,', () => {
  test('a permit sends at once, and what it sent arrives after the repair, before what comes later', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: string(20), arena: own })
    for (const value of ['a', 'b', 'c']) sender.trySend(value)
    const repair = deadReader(own, handle)
    expect(sender.trySend('d')).toBe('sent')
    const permit = await sender.reserve()
    permit.send('held')
    expect(sender.stats()).toMatchObject({ length: 3, reserved: 1 })
    expect([sender.trySend('e'), await receiver.receiveMany(9)]).toEqual(['full', ['b', 'c', 'd']])
    const later = sender.send('f')
    await turn()
    repair()
    await later
    expect(await receiver.receiveMany(9)).toEqual(['held', 'f'])
    expect(sender.stats()).toMatchObject({ length: 0, reserved: 0 })
  })

  test.each(['trySend', 'sendMany'] as const)('nothing overtakes what a permit sent, by %s', async (way) => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: u32, arena: own })
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    const repair = deadReader(own, handle)
    const permit = await sender.reserve()
    permit.send(5)
    expect(receiver.receiveManySync(9)).toEqual([2, 3, 4])
    repair()
    // In the same turn, before the thread has looked for itself.
    if (way === 'trySend') sender.trySend(6)
    else void sender.sendMany([6])
    expect(receiver.receiveManySync(9)).toEqual([5, 6])
  })

  test('what a permit sent goes out before its thread blocks elsewhere', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: u32, arena: own })
    const other = sharedChannel({ capacity: 1, codec: u32 })
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    const repair = deadReader(own, handle)
    const permit = await sender.reserve()
    permit.send(5)
    expect(receiver.receiveManySync(9)).toEqual([2, 3, 4])
    repair()
    expect(receiver.length).toBe(0)
    // Long enough not to be over before the thread comes to block.
    expect(() => other.receiver.receiveSync({ timeoutMs: 200 })).toThrow('200 ms')
    expect(receiver.length).toBe(1)
  })

  test('what a permit sent outlives the close and its endpoint, and keeps the channel until then', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: u32, arena: own })
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    const repair = deadReader(own, handle)
    const permit = await sender.reserve()
    permit.send(5)
    sender[Symbol.dispose]()
    expect(await receiver.receiveMany(9)).toEqual([2, 3, 4])
    const last = [receiver.receive(), receiver.receive()]
    repair()
    expect(await Promise.all(last)).toEqual([5, undefined])
  })

  test('what a permit sent is given up once nobody receives, with its room', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: u32, arena: own })
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    const repair = deadReader(own, handle)
    const permit = await sender.reserve()
    permit.send(5)
    receiver[Symbol.dispose]()
    repair()
    await turn()
    await turn()
    expect(sender.stats()).toMatchObject({ reserved: 0, receivers: 0 })
    sender[Symbol.dispose]()
    const next = sharedChannel({ capacity: 4, codec: u32, arena: own })
    expect(next.handle.object).toBe(handle.object)
  })

  test('sends that wait for room go on after the repair, in their order', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: u32, arena: own })
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    const repair = deadReader(own, handle)
    const waiting = [5, 6, 7].map((value) => sender.send(value))
    await turn()
    expect(await receiver.receiveMany(9)).toEqual([2, 3, 4])
    await turn()
    repair()
    await Promise.all(waiting)
    expect(await receiver.receiveMany(9)).toEqual([5, 6, 7])
  })

  test('who blocks for room gives up when its time is over', () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 4, codec: u32, arena: own })
    for (const value of [1, 2, 3, 4]) sender.trySend(value)
    const repair = deadReader(own, handle)
    expect(() => sender.sendSync(5, { timeoutMs: 5 })).toThrow('5 ms')
    repair()
    sender.sendSync(6, { timeoutMs: 5_000 })
    expect(receiver.receiveManySync(9)).toEqual([2, 3, 4, 6])
  })
})
