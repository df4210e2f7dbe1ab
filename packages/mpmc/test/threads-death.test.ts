import type { ChannelStats } from '@millrace/channel'
import { u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { type SharedReceiver, type SharedSender, sharedChannel } from '../src/shared.ts'
import { parked } from './threads/parked.ts'
import { start, type Thread } from './threads/start.ts'

interface Shared {
  readonly sender: SharedSender<number>
  readonly receiver: SharedReceiver<number>
}

const counts = ({ senders, receivers, reserved }: ChannelStats): number[] => [senders, receivers, reserved]

/** The dead are uncounted, their room is free, and values go through as ever. */
async function goesOn({ sender, receiver }: Shared): Promise<void> {
  expect(counts(sender.stats())).toEqual([1, 1, 0])
  while (receiver.tryReceive() !== undefined);
  for (let value = 0; value < 3 * sender.capacity; value++) {
    sender.sendSync(value)
    expect(await receiver.receive()).toBe(value)
  }
  const permits = await sender.reserveMany(sender.capacity)
  for (const permit of permits) permit[Symbol.dispose]()
  expect(counts(receiver.stats())).toEqual([1, 1, 0])
}

/** Takes all that is there and tells it apart from the end by a value of its own. */
async function rest({ sender, receiver }: Shared): Promise<number[]> {
  const values: number[] = []
  for (let value = receiver.tryReceive(); value !== undefined; value = receiver.tryReceive()) values.push(value)
  expect(sender.closed).toBe(false)
  return values
}

describe('a thread that dies', () => {
  test.each(['send', 'sendSync', 'permit'] as const)(
    'in the middle of %s loses nothing it was told is sent',
    async (way) => {
      const channel = sharedChannel({ capacity: 64, codec: u32 })
      const { receiver, handle } = channel
      expect(channel.sender.closed).toBe(false)
      const sent = new Int32Array(new SharedArrayBuffer(4))
      const thread = start({ actor: 'sends', handle, from: 0, to: 1_000_000_000, way, sent })
      const values: number[] = []
      while (values.length < 2000) values.push((await receiver.receive()) as number)
      await thread.kill()
      values.push(...(await rest(channel)))
      expect(values).toEqual(values.map((_, index) => index))
      expect(values.length).toBeGreaterThanOrEqual(Atomics.load(sent, 0))
      expect(values.length).toBeLessThanOrEqual(Atomics.load(sent, 0) + 1)
      await goesOn(channel)
    },
  )

  test.each(['exit', 'throw'] as const)('by %s has sent what it sent', async (by) => {
    const channel = sharedChannel({ capacity: 8, codec: u32 })
    expect(channel.sender.closed).toBe(false)
    const thread = start({ actor: 'diesAfterSending', handle: channel.handle, count: 5, by })
    const values: unknown[] = []
    while (values.length < 5) values.push(await channel.receiver.receive())
    await thread.gone
    expect([values, channel.receiver.tryReceive()]).toEqual([[0, 1, 2, 3, 4], undefined])
    await goesOn(channel)
  })

  test.each([true, false])('in the middle of receiving takes no value twice, blocking: %s', async (sync) => {
    const channel = sharedChannel({ capacity: 4, codec: u32 })
    const { sender, receiver, handle } = channel
    expect(receiver.closed).toBe(false)
    const thread = start({ actor: 'receives', handle, sync })
    await thread.says('attached')
    for (let value = 0; value < 2000; value++) await sender.send(value)
    await thread.kill()
    const values = await rest(channel)
    // What is left are the last ones, in their order.
    expect(values).toEqual(values.map((_, index) => 2000 - values.length + index))
    await goesOn(channel)
  })

  test.each([true, false])('while it waits for a value takes none with it, blocking: %s', async (sync) => {
    const channel = sharedChannel({ capacity: 2, codec: u32 })
    expect(channel.receiver.closed).toBe(false)
    const thread = start({ actor: 'waitsForValue', handle: channel.handle, sync })
    await parked(channel.handle, 'receiver')
    await thread.kill()
    await channel.sender.sendMany([1, 2])
    expect(await rest(channel)).toEqual([1, 2])
    await goesOn(channel)
  })

  test.each([true, false])('while it waits for room sends nothing later, blocking: %s', async (sync) => {
    const channel = sharedChannel({ capacity: 2, codec: u32 })
    expect(channel.sender.closed).toBe(false)
    const thread = start({ actor: 'waitsForRoom', handle: channel.handle, sync })
    await parked(channel.handle, 'sender')
    await thread.kill()
    expect(await rest(channel)).toEqual([0, 1])
    await goesOn(channel)
  })

  test.each([
    ['receiver', 'exit'],
    ['receiver', 'throw'],
    ['sender', 'exit'],
    ['sender', 'throw'],
  ] as const)('with a %s that awaits, by %s, leaves the channel to others', async (side, by) => {
    const channel = sharedChannel({ capacity: 1, codec: u32 })
    if (side === 'sender') await channel.sender.send(5)
    expect([channel.sender.closed, channel.receiver.closed]).toEqual([false, false])
    const thread = start({ actor: 'diesWaiting', handle: channel.handle, side, by })
    await thread.says('waiting')
    thread.worker.postMessage('die')
    await thread.gone
    expect(await rest(channel)).toEqual(side === 'sender' ? [5] : [])
    await goesOn(channel)
  })

  test('gives the room back that it held, to whoever waits for it', async () => {
    const channel = sharedChannel({ capacity: 3, codec: u32 })
    const { sender, receiver, handle } = channel
    expect(receiver.closed).toBe(false)
    const thread = start({ actor: 'holdsRoom', handle, count: 3 })
    await thread.says('holding')
    expect([sender.trySend(1), sender.stats().reserved]).toEqual(['full', 3])
    const waiting = sender.send(2)
    await thread.kill()
    await waiting
    expect(await receiver.receive()).toBe(2)
    await goesOn(channel)
  })

  test('with room held ends the receivers that wait for it after the close', async () => {
    const { receiver, handle } = sharedChannel({ capacity: 3, codec: u32 })
    const thread = start({ actor: 'holdsRoom', handle, count: 2 })
    await thread.says('holding')
    const waiting = receiver.receive()
    receiver.close()
    await thread.kill()
    expect(await waiting).toBe(undefined)
  })

  test('takes the threads with it that it started', async () => {
    const channel = sharedChannel({ capacity: 3, codec: u32 })
    const { sender, receiver, handle } = channel
    const thread = start({ actor: 'startsAnother', handle })
    await thread.says('both attached')
    expect(counts(sender.stats())).toEqual([2, receiver.closed ? 0 : 2, 0])
    await thread.kill()
    await goesOn(channel)
  })
})

describe('the last sender that dies', () => {
  test.each(['terminate', 'exit', 'throw'] as const)('by %s closes, after what it sent', async (by) => {
    const { receiver, handle } = sharedChannel({ capacity: 8, codec: u32 })
    const blocked = start({ actor: 'waitsForValue', handle, sync: true })
    await parked(handle, 'receiver')
    const thread: Thread =
      by === 'terminate'
        ? start({ actor: 'holds', handle, side: 'sender' })
        : start({ actor: 'diesAfterSending', handle, count: 3, by })
    if (by === 'terminate') {
      await thread.says('attached')
      await thread.kill()
    }
    const values: number[] = []
    for await (const value of receiver) values.push(value)
    const ending = (await blocked.result) as { value?: number }
    if (ending.value !== undefined) values.push(ending.value)
    expect(values.sort()).toEqual(by === 'terminate' ? [] : [0, 1, 2])
    expect(receiver.closed).toBe(true)
  })
})

describe('the last receiver that dies', () => {
  test('gives those who wait for room ClosedError with the value, in every thread', async () => {
    const { sender, handle } = sharedChannel({ capacity: 2, codec: u32 })
    const receiver = start({ actor: 'holds', handle, side: 'receiver' })
    await receiver.says('attached')
    const blocked = start({ actor: 'waitsForRoom', handle, sync: true })
    await parked(handle, 'sender')
    const waiting = sender.send(7)
    await receiver.kill()
    await expect(waiting).rejects.toMatchObject({ code: 'closed', value: 7 })
    expect(await blocked.result).toMatchObject({ code: 'closed', value: 99 })
    expect(sender.trySend(1)).toBe('closed')
  })

  test('leaves what nobody will receive, and the memory is free once the senders go', async () => {
    const { sender, handle } = sharedChannel({ capacity: 2, codec: u32 })
    const receiver = start({ actor: 'holds', handle, side: 'receiver' })
    await receiver.says('attached')
    await sender.sendMany([1, 2])
    await receiver.kill()
    expect([sender.closed, sender.stats().receivers]).toEqual([true, 0])
    sender[Symbol.dispose]()
    const next = sharedChannel({ capacity: 2, codec: u32 })
    expect(next.handle.object).toBe(handle.object)
    expect(next.receiver.tryReceive()).toBe(undefined)
  })
})
