import type { Value } from '@millrace/channel'
import { channelClaims, type Make } from '@millrace/channel/conformance'
import { bytes, type Codec, u32, type WordCodec } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { attachReceiver, attachSender, sharedChannel } from '../src/shared.ts'

/** Any value as a word: its number among those this thread has seen. */
const seen: Value[] = []
function numberOf(value: Value): number {
  const number = seen.indexOf(value)
  return number === -1 ? seen.push(value) - 1 : number
}
const numbered: WordCodec<Value> = {
  name: 'numbered',
  maxBytes: 4,
  words: 1,
  toWord: numberOf,
  fromWord: (word) => seen[word] as Value,
  encode: () => 4,
  decode: () => 0,
}

const make =
  (codec: Codec<Value>, producers: 1 | undefined): Make =>
  (capacity, options) => {
    const { sender, receiver } = sharedChannel({ capacity, codec, producers, ...options })
    const release = () => {
      sender[Symbol.dispose]()
      receiver[Symbol.dispose]()
    }
    return { sender, receiver, release }
  }

describe.each([1, 5])('a shared channel of many senders, capacity %d', (capacity) => {
  const claims = channelClaims({ make: make(numbered, undefined), capacity, local: false })
  test.each(claims)('$verb: $claim', ({ run }) => run())
})

describe.each([1, 5])('a shared channel of one declared producer, capacity %d', (capacity) => {
  const claims = channelClaims({ make: make(numbered, 1), capacity, oneSender: true, local: false })
  test.each(claims)('$verb: $claim', ({ run }) => run())
})

describe('the ends of a shared channel', () => {
  test('there is one receiver at a time', () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
    expect(sender.closed || receiver.closed).toBe(false)
    expect(() => attachReceiver(handle)).toThrow('receiver: this channel has its one receiver already')
    receiver[Symbol.dispose]()
    sender[Symbol.dispose]()
  })

  test('what a declared producer sent and nobody took leaves the memory alone that others get after it', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 8, codec: u32, producers: 1 })
    for (const value of [1, 2, 3]) sender.trySend(value)
    sender[Symbol.dispose]()
    receiver[Symbol.dispose]()
    const next = sharedChannel({ capacity: 8, codec: u32 }) // In the memory of the one before.
    expect(next.handle.object).toBe(handle.object)
    for (const value of [4, 5]) next.sender.trySend(value)
    expect(next.receiver.tryReceive()).toBe(4)
    await Promise.resolve()
    expect(next.receiver.length).toBe(1)
    expect(next.receiver.tryReceive()).toBe(5)
    next.sender[Symbol.dispose]()
    next.receiver[Symbol.dispose]()
  })

  test('one producer that awaits each send shows each at once, and a row of them at its end', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 1024, codec: u32, producers: 1 })
    for (let i = 0; i < 20; i++) await sender.send(i)
    sender.trySend(20)
    expect(sender.length).toBe(21)
    for (let i = 21; i < 200; i++) sender.trySend(i)
    await null
    sender.trySend(200)
    expect(sender.length).toBe(200)
    expect(await receiver.receiveMany(1024)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    sender[Symbol.dispose]()
    expect(await receiver.receiveMany(1024)).toEqual([200])
    receiver[Symbol.dispose]()
  })

  test('there is one sender at a time where one producer was declared', () => {
    const { sender, handle } = sharedChannel({ capacity: 1, codec: u32, producers: 1 })
    expect(() => sender.clone()).toThrow('sender: this channel has its one sender already')
    expect(() => attachSender(handle)).toThrow('sender: this channel has its one sender already')
    sender[Symbol.dispose]()
  })

  test('one producer can be declared for numbers only, and holds no room', async () => {
    expect(() => sharedChannel({ capacity: 1, codec: bytes(8), producers: 1 })).toThrow('producers')
    expect(() => sharedChannel({ capacity: 1, codec: u32, producers: 2 as never })).toThrow('producers')
    const { sender } = sharedChannel({ capacity: 1, codec: u32, producers: 1 })
    expect(() => sender.reserve()).toThrow('reserve')
    sender[Symbol.dispose]()
  })

  test('typed arrays are sent and received whole', async () => {
    for (const producers of [1, undefined] as const) {
      const { sender, receiver } = sharedChannel({ capacity: 8, codec: u32, producers })
      const values = Uint32Array.from({ length: 5000 }, (_, i) => i * 858_993)
      const sent = sender.sendMany(values).finally(() => sender.close())
      const got: number[] = []
      const some = new Uint32Array(7)
      for (let n = await receiver.receiveInto(some); n > 0; n = await receiver.receiveInto(some)) {
        got.push(...some.subarray(0, n))
      }
      expect(await sent).toBe(5000)
      expect(got).toEqual([...values])
    }
  })
})
