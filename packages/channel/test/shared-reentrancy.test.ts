import { attachArena, defaultArena, USER, words } from '@millrace/atomics'
import { customCodec, layoutHash, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import {
  attachShared,
  declaredProducer,
  openShared,
  SharedChannelReceiver,
  SharedChannelSender,
} from '../src/shared.ts'

const declaring = { receivers: 1, declared: declaredProducer }

function made(options: Parameters<typeof openShared<number>>[0]) {
  const { channel, handle } = openShared<number>(options)
  return { sender: new SharedChannelSender(channel), receiver: new SharedChannelReceiver(channel), handle }
}

describe('code of the user in the middle of a call', () => {
  test('an onDrop that disposes the last end and opens another channel drops none of its values', () => {
    const drops: unknown[] = []
    const first = made({
      capacity: 4,
      codec: u32,
      onDrop(value, why) {
        drops.push([value, why])
        if (drops.length > 1) return
        first.sender[Symbol.dispose]()
        const other = made({ capacity: 4, codec: u32 })
        for (const value of [77, 78]) other.sender.trySend(value)
      },
    })
    for (const value of [1, 2]) first.sender.trySend(value)
    first.receiver[Symbol.dispose]()
    expect(drops).toEqual([
      [1, 'closed'],
      [2, 'closed'],
    ])
  })

  test('an encoder that disposes both ends and opens another channel puts nothing into it', () => {
    let other: ReturnType<typeof made> | undefined
    const codec = customCodec<number>({
      name: 'disposing',
      maxBytes: 40,
      encode(value, into, offset) {
        if (value === 666) {
          own.sender[Symbol.dispose]()
          own.receiver[Symbol.dispose]()
          other = made({ capacity: 4, codec })
        }
        into.view.setUint32(offset, value, true)
        return 4
      },
      decode: (from, offset) => from.view.getUint32(offset, true),
    })
    const own = made({ capacity: 4, codec })
    expect(own.sender.trySend(666)).toBe('closed')
    expect(other?.receiver.tryReceive()).toBeUndefined()
  })
})

describe('code of the user that disposes both ends and opens another channel', () => {
  test('as an onDrop of a reservation holds no room of the other', async () => {
    const other: ReturnType<typeof made>[] = []
    const own = made({
      capacity: 4,
      codec: u32,
      overflow: 'drop-oldest',
      onDrop(value) {
        if (value !== 1) return
        own.sender[Symbol.dispose]()
        own.receiver[Symbol.dispose]()
        other.push(made({ capacity: 4, codec: u32 }))
      },
    })
    for (const value of [1, 2, 3, 4]) own.sender.trySend(value)
    await expect(own.sender.reserve()).rejects.toMatchObject({ code: 'closed' })
    expect(other.map(({ sender }) => sender.stats().reserved)).toEqual([0])
  })

  test('as a decoder in a batch receives none of its values', async () => {
    const other: ReturnType<typeof made>[] = []
    const codec = customCodec<number>({
      name: 'disposing too',
      maxBytes: 40,
      encode(value, into, offset) {
        into.view.setUint32(offset, value, true)
        return 4
      },
      decode(from, offset) {
        const value = from.view.getUint32(offset, true)
        if (value === 666) {
          own.sender[Symbol.dispose]()
          own.receiver[Symbol.dispose]()
          other.push(made({ capacity: 4, codec }))
          other[0]?.sender.trySend(77)
        }
        return value
      },
    })
    const own = made({ capacity: 4, codec })
    own.sender.trySend(666)
    expect(await own.receiver.receiveMany(4)).toEqual([666])
    expect(other.map(({ receiver }) => receiver.tryReceive())).toEqual([77])
  })
})

describe('a channel of one declared producer', () => {
  test('its receiver shows none of what the sender has not shown', async () => {
    const { channel, handle } = openShared<number>({ capacity: 64, codec: u32, producers: 1 }, declaring)
    const receiver = new SharedChannelReceiver(channel)
    const { kernel } = attachArena(handle.memory)
    // Another thread pushes as its part of the ring allows: one value shown, one not yet.
    kernel.lazyPushWords(handle.object, 1, 0)
    kernel.lazyFlush(handle.object)
    kernel.lazyPushWords(handle.object, 2, 0)
    expect(receiver.tryReceive()).toBe(1)
    await null
    expect(kernel.slotLength(handle.object)).toBe(0)
    kernel.lazyFlush(handle.object)
    expect(receiver.tryReceive()).toBe(2)
  })
})

describe('a receiver of a declared producer that drops what is left', () => {
  test('has shown all it did when the memory is another channel of this turn', async () => {
    const { channel, handle } = openShared<number>({ capacity: 4, codec: u32, producers: 1 }, declaring)
    const [sender, receiver] = [new SharedChannelSender(channel), new SharedChannelReceiver(channel)]
    for (const value of [1, 2, 3]) sender.trySend(value)
    sender[Symbol.dispose]()
    receiver[Symbol.dispose]()
    const next = made({ capacity: 4, codec: u32 })
    expect(next.handle.object).toBe(handle.object)
    for (const value of [1, 2]) next.sender.trySend(value)
    expect(next.receiver.tryReceive()).toBe(1)
    await null
    expect([next.receiver.length, next.receiver.tryReceive()]).toEqual([1, 2])
  })
})

describe('attaching', () => {
  test('refuses a declared producer where none can be, and keeps nothing of it', () => {
    const arena = defaultArena()
    const object = declaredProducer.make(arena, { capacity: 4, slotBytes: u32.maxBytes, dataBytes: 512 })
    words.store(arena, object + USER, layoutHash(u32))
    const handle = { ...arena.handle(object), kind: 'millrace.channel', codec: 'u32' } as const
    expect(() => attachShared(handle)).toThrow(
      new TypeError('handle: this channel has one declared producer: attach to it by mpsc, as it was made'),
    )
    expect(arena.attach(handle)).toBe(false)
  })

  test('takes one onDrop in a thread, and tells it', () => {
    const drops: number[] = []
    const { sender, receiver, handle } = made({ capacity: 1, codec: u32, overflow: 'drop-newest' })
    const onDrop = (value: number) => drops.push(value)
    attachShared(handle, u32, { onDrop })
    sender.trySend(1)
    void sender.send(2)
    expect(drops).toEqual([2])
    expect(() => attachShared(handle, u32, { onDrop: () => {} })).toThrow('onDrop: this thread has given another one')
    expect(() => attachShared(handle, u32, { ondrop: 1 } as never)).toThrow('ondrop: no such option')
    receiver[Symbol.dispose]()
  })

  test('says of what is no handle that it is none', () => {
    for (const handle of [undefined, null, 5, {}]) {
      expect(() => attachShared(handle as never)).toThrow('handle: expected that of a shared channel')
    }
  })

  test('is refused once the channel is gone, also where it outlived the ends of one copy of this package by those of another', () => {
    const { handle, sender, receiver } = made({ capacity: 1, codec: u32 })
    const arena = attachArena(handle.memory)
    arena.attach(handle, 1, 0)
    sender[Symbol.dispose]()
    receiver[Symbol.dispose]()
    arena.detach(handle.object, 1, 0)
    expect(() => attachShared(handle)).toThrow('handle: the channel is gone')
  })

  test('refuses another codec, also where the channel is known', () => {
    const { handle, sender, receiver } = made({ capacity: 1, codec: u32 })
    expect(() => attachShared({ ...handle, codec: 'f64' } as never)).toThrow('codec')
    sender[Symbol.dispose]()
    receiver[Symbol.dispose]()
  })
})

describe('close with a reason that cannot be read', () => {
  test('closes, with a reason that says so', async () => {
    const unreadable = Object.create(null) as unknown
    const { sender, receiver, handle } = made({ capacity: 1, codec: u32 })
    sender.close(unreadable)
    expect(sender.closed).toBe(true)
    await expect(receiver.receive()).rejects.toBe(unreadable)
    expect(handle.object).toBeGreaterThan(0)
  })
})
