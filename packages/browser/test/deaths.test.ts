import { arena } from '@millrace/atomics'
import { sharedChannel } from '@millrace/mpmc/shared'
import { u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { Thread } from './thread.ts'

describe('a worker that is terminated', () => {
  test('closes the channel whose last sender it had, and wakes who waits', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 2, codec: u32 })
    const thread = new Thread('holds', { handle, side: 'sender' })
    expect(await thread.says()).toBe('watched: true')
    sender[Symbol.dispose]()
    const waiting = receiver.receive()
    expect(receiver.closed).toBe(false)
    thread.terminate()
    expect([await waiting, receiver.closed]).toEqual([undefined, true])
  })

  test('refuses the sends of a channel whose last receiver it had', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
    const thread = new Thread('holds', { handle, side: 'receiver' })
    expect(await thread.says()).toBe('watched: true')
    receiver[Symbol.dispose]()
    await sender.send(1)
    const waiting = sender.send(2)
    thread.terminate()
    await expect(waiting).rejects.toMatchObject({ code: 'closed', value: 2 })
  })

  test('gives back the room that it held', async () => {
    const { sender, handle } = sharedChannel({ capacity: 2, codec: u32 })
    const thread = new Thread('reserves', { handle })
    expect(await thread.says()).toBe('reserved')
    expect(sender.trySend(1)).toBe('full')
    const waiting = sender.send(1)
    thread.terminate()
    await waiting
    expect(sender.free).toBe(1)
  })

  test('is missed also while it blocks, and its place is free for another', async () => {
    const own = arena({ participants: 2, maxBytes: 2 ** 20 })
    const idle = sharedChannel({ capacity: 1, codec: u32, arena: own })
    expect([idle.sender.closed, idle.receiver.closed]).toEqual([false, false])
    for (let life = 0; life < 2; life++) {
      const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32, arena: own })
      const thread = new Thread('blocksHolding', { handle, idle: idle.handle })
      expect(await thread.says()).toBe('blocks')
      sender[Symbol.dispose]()
      const waiting = receiver.receive()
      thread.terminate()
      expect(await waiting).toBe(undefined)
    }
    expect(idle.receiver.stats().receivers).toBe(1)
  })

  test('wakes another worker that blocks', async () => {
    const { sender, handle } = sharedChannel({ capacity: 1, codec: u32 })
    const holder = new Thread('holds', { handle, side: 'sender' })
    expect(await holder.says()).toBe('watched: true')
    const blocked = new Thread('receives', { handle, blocks: true })
    expect(await blocked.says()).toBe('attached')
    await sender.send(7)
    sender[Symbol.dispose]()
    holder.terminate()
    expect(await blocked.result()).toEqual([7])
  })

  test('tells those who asked', async () => {
    const own = arena({ maxBytes: 2 ** 20 })
    const dead = new Promise((resolve) => own.onDeath(resolve))
    const { handle } = sharedChannel({ capacity: 1, codec: u32, arena: own })
    const thread = new Thread('holds', { handle, side: 'sender' })
    await thread.says()
    thread.terminate()
    expect(await dead).toBe(1)
  })
})

test('a worker that goes on is not missed, whoever comes and goes', async () => {
  const own = arena({ maxBytes: 2 ** 20 })
  const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32, arena: own })
  const stays = new Thread('holds', { handle, side: 'sender' })
  await stays.says()
  sender[Symbol.dispose]()
  for (let i = 0; i < 3; i++) {
    const passes = new Thread('holds', { handle, side: 'sender' })
    await passes.says()
    expect(receiver.stats().senders).toBe(2)
    const dead = new Promise((resolve) => own.onDeath(resolve))
    passes.terminate()
    await dead
    expect([receiver.stats().senders, receiver.closed]).toEqual([1, false])
  }
})
