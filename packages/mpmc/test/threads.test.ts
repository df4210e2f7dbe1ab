import { after, select, type Value } from '@millrace/channel'
import { bytes, customCodec, f64, i32, json, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { channel } from '../src/index.ts'
import { attachReceiver, attachSender, type SharedHandle, sharedChannel } from '../src/shared.ts'
import type { Ending } from './threads/actors.ts'
import { parked } from './threads/parked.ts'
import { arenaFrom } from './threads/positions.ts'
import { start, type Thread } from './threads/start.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)
const results = <R>(threads: readonly Thread[]): Promise<R[]> =>
  Promise.all(threads.map(({ result }) => result)) as Promise<R[]>

describe('values between threads', () => {
  test.each([1, 3, 100])('arrive in the order of each sender, at capacity %i', async (capacity) => {
    const { sender, receiver, handle } = sharedChannel({ capacity, codec: u32 })
    const ways = ['send', 'sendSync', 'permit'] as const
    for (const [who, way] of ways.entries())
      start({ actor: 'sends', handle, from: who * 1000, to: who * 1000 + 500, way })
    const got: number[] = []
    while (got.length < 1500) got.push((await receiver.receive()) as number)
    sender[Symbol.dispose]()
    for (const who of ways.keys()) {
      expect(got.filter((value) => Math.floor(value / 1000) === who)).toEqual(range(who * 1000, who * 1000 + 500))
    }
    expect(await receiver.receive()).toBe(undefined)
  })

  test('reach one of four receivers each, once, from four senders', async () => {
    const { sender, handle } = sharedChannel({ capacity: 7, codec: u32 })
    const receivers = range(0, 4).map((who) => start({ actor: 'receives', handle, sync: who % 2 === 0 }))
    // One that comes when the others have received all finds no channel any more.
    await Promise.all(receivers.map((thread) => thread.says('attached')))
    const senders = range(0, 4).map((who) =>
      start({
        actor: 'sends',
        handle,
        from: who * 2000,
        to: who * 2000 + 2000,
        way: who % 2 === 0 ? 'send' : 'sendSync',
      }),
    )
    await results(senders)
    sender[Symbol.dispose]()
    const got = (await results<number[]>(receivers)).flat()
    expect(got.sort((a, b) => a - b)).toEqual(range(0, 8000))
  })

  test('of any length arrive whole, each once', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 5, codec: bytes(64) })
    // One of our own, so that a thread that starts late still finds the channel.
    expect(receiver.closed).toBe(false)
    const receivers = range(0, 2).map((who) => start({ actor: 'receives', handle, sync: who === 0 }))
    const senders = range(0, 3).map((who) => start({ actor: 'sendsRecords', handle, who, count: 300 }))
    await results(senders)
    sender[Symbol.dispose]()
    const got = (await results<Uint8Array[]>(receivers)).flat()
    const seen = new Set<number>()
    for (const record of got) {
      const [who, number] = [record[0] as number, new DataView(record.buffer, record.byteOffset).getUint32(1)]
      seen.add(who * 300 + number)
      const whole = new Uint8Array(5 + (number % 60)).fill(who)
      new DataView(whole.buffer).setUint32(1, number)
      expect(record).toEqual(whole)
    }
    expect([got.length, seen.size]).toEqual([900, 900])
  })

  test('go there and back through threads that block', async () => {
    const there = sharedChannel({ capacity: 1, codec: i32 })
    const back = sharedChannel({ capacity: 1, codec: i32 })
    const { sender, handle } = there
    const { receiver } = back
    const thread = start({ actor: 'answers', handle, back: back.handle })
    for (let value = 0; value < 500; value += 2) {
      sender.sendSync(value)
      expect(receiver.receiveSync()).toBe(value + 1)
    }
    sender[Symbol.dispose]()
    await thread.result
    expect(receiver.receiveSync()).toBe(undefined)
  })

  test('go on where positions pass 2 ** 31 and 2 ** 32', async () => {
    for (const start32 of [2 ** 31 - 50, 2 ** 32 - 50]) {
      const { sender, receiver, handle } = sharedChannel({ capacity: 3, codec: u32, arena: arenaFrom(start32) })
      const thread = start({ actor: 'sends', handle, from: 0, to: 100, way: 'send' })
      await sender.send(1000)
      const got: (number | undefined)[] = []
      while (got.length < 101) got.push(await receiver.receive())
      sender[Symbol.dispose]()
      await thread.result
      expect([got.filter((value) => value !== 1000), await receiver.receive()]).toEqual([range(0, 100), undefined])
      receiver[Symbol.dispose]()
    }
  })
})

describe('a full channel', () => {
  test.each([1, 2, 5])('parks the sender of another thread with exactly %i values in it', async (capacity) => {
    for (const way of ['send', 'sendSync'] as const) {
      const { receiver, handle } = sharedChannel({ capacity, codec: u32 })
      start({ actor: 'sends', handle, from: 0, to: capacity + 2, way })
      await parked(handle, 'sender')
      expect([receiver.length, receiver.free]).toEqual([capacity, 0])
      for (const value of range(0, capacity + 2)) expect(await receiver.receive()).toBe(value)
      expect(await receiver.receive()).toBe(undefined)
    }
  })

  test('takes the wait of a thread back when its time is over, and nothing is sent', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 1, codec: u32 })
    sender.sendSync(1)
    expect(() => sender.sendSync(2, { timeoutMs: 2 })).toThrow(expect.objectContaining({ code: 'timeout' }))
    expect([receiver.receiveSync(), receiver.tryReceive()]).toEqual([1, undefined])
    expect(() => receiver.receiveSync({ timeoutMs: 2 })).toThrow(expect.objectContaining({ code: 'timeout' }))
    expect(() => receiver.receiveSync({ timeoutMs: -1 })).toThrow(RangeError)
  })
})

describe('receiving into place', () => {
  test.each([
    [u32, Uint32Array, [0, 1, 2 ** 32 - 1]],
    [i32, Int32Array, [-(2 ** 31), -1, 7]],
    [f64, Float64Array, [0.5, Number.NEGATIVE_INFINITY, -0]],
  ] as const)('fills a typed array with what is there, %o', async (codec, Words, values) => {
    const { sender, receiver } = sharedChannel<number>({ capacity: 5, codec })
    await sender.sendMany(values)
    const array = new Words(5)
    expect([receiver.tryReceiveInto(array), [...array.subarray(0, 3)]]).toEqual([3, [...values]])
    expect(receiver.tryReceiveInto(array)).toBe(0)
    await sender.sendMany(values)
    const short = new Words(2)
    expect([await receiver.receiveInto(short), [...short]]).toEqual([2, values.slice(0, 2)])
    expect([receiver.receiveIntoSync(short), short[0]]).toEqual([1, values[2]])
    sender.close()
    expect([await receiver.receiveInto(array), receiver.receiveIntoSync(array)]).toEqual([0, 0])
  })

  test('waits for the first value of another thread', async () => {
    const { receiver, handle } = sharedChannel({ capacity: 8, codec: u32 })
    const array = new Uint32Array(1)
    const waiting = receiver.receiveInto(array)
    start({ actor: 'sends', handle, from: 5, to: 6, way: 'sendSync' })
    expect([await waiting, array[0], await receiver.receiveInto(array)]).toEqual([1, 5, 0])
  })

  test('throws TypeError for what is no array of words', async () => {
    const { receiver } = sharedChannel({ capacity: 1, codec: u32 })
    expect(() => receiver.tryReceiveInto([] as never)).toThrow('array: expected Uint32Array or Float64Array')
    await expect(receiver.receiveInto(new Uint8Array(1) as never)).rejects.toThrow(TypeError)
  })

  test('lends bytes as they lie there, and the value is gone then', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 2, codec: bytes(8) })
    expect(receiver.tryBorrow(() => 1)).toBe(undefined)
    await sender.sendMany([new Uint8Array([1, 2]), new Uint8Array(0), new Uint8Array([3])].slice(0, 2))
    expect(receiver.tryBorrow((lent) => [...lent])).toEqual({ value: [1, 2] })
    const broken = () => {
      throw new Error('while reading')
    }
    expect(() => receiver.tryBorrow(broken)).toThrow('while reading')
    expect(receiver.tryBorrow(() => 1)).toBe(undefined)
  })

  test('lends to a thread that blocks, until the end', async () => {
    const { sender, handle } = sharedChannel({ capacity: 2, codec: bytes(300) })
    const thread = start({ actor: 'borrows', handle })
    for (const length of [0, 1, 299, 300]) await sender.send(new Uint8Array(length).fill(2))
    sender[Symbol.dispose]()
    expect(await thread.result).toEqual([0, 2, 598, 600])
  })
})

describe('the end', () => {
  test('arrives with the name, the message and the code of its error', async () => {
    const { receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
    const other = start({ actor: 'waitsForValue', handle, sync: true })
    await other.says('attached')
    const waiting = receiver.receive()
    start({ actor: 'closes', handle, code: 'EPAPER' })
    const burst = { name: 'RangeError', message: 'out of paper', code: 'EPAPER' }
    await expect(waiting).rejects.toMatchObject(burst)
    await expect(receiver.receive()).rejects.toMatchObject(burst)
    expect(() => receiver.receiveSync()).toThrow(expect.objectContaining(burst))
    expect(await other.result).toMatchObject(burst)
  })

  test('comes after what was sent before', async () => {
    const { sender, handle } = sharedChannel({ capacity: 4, codec: u32 })
    await sender.sendMany([1, 2, 3])
    sender.close()
    expect(await start({ actor: 'receives', handle, sync: true }).result).toEqual([1, 2, 3])
  })

  test.each(['send', 'sendSync'])('gives the value of a %s that waits in another thread back', async (way) => {
    const { receiver, handle } = sharedChannel({ capacity: 2, codec: u32 })
    const thread = start({ actor: 'waitsForRoom', handle, sync: way === 'sendSync' })
    await parked(handle, 'sender')
    receiver.close()
    expect(await thread.result).toMatchObject({ code: 'closed', value: 99 } satisfies Ending)
  })

  test.each(['sender', 'receiver'] as const)('comes with the last %s of any thread, not before', async (side) => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
    const [mine, other] = side === 'sender' ? [sender, receiver] : [receiver, sender]
    const thread = start({ actor: 'holds', handle, side })
    await thread.says('attached')
    mine[Symbol.dispose]()
    expect([other.closed, other.stats()[`${side}s`]]).toEqual([false, 1])
    thread.worker.postMessage('dispose')
    await other.whenClosed()
    expect([other.closed, other.stats()[`${side}s`]]).toEqual([true, 0])
    other[Symbol.dispose]()
  })
})

describe('select', () => {
  test('chooses between a local and a shared channel', async () => {
    const near = channel<string>({ capacity: 1 })
    const far = sharedChannel({ capacity: 1, codec: u32 })
    const { receiver, handle } = far
    const cases = [near.receiver.case(), receiver.case()] as const
    const first = select([...cases])
    start({ actor: 'sends', handle, from: 7, to: 8, way: 'send' })
    expect(await first).toMatchObject({ index: 1, value: 7 })
    await near.sender.send('here')
    expect(await select([near.receiver.case(), after(60_000)])).toMatchObject({ kind: 'receive', value: 'here' })
  })

  test('takes nothing from the channels that lost', async () => {
    const near = channel<string>({ capacity: 1 })
    const { sender, receiver } = sharedChannel({ capacity: 1, codec: u32 })
    const waiting = select([near.receiver.case(), receiver.case()])
    await near.sender.send('here')
    expect(await waiting).toMatchObject({ index: 0, value: 'here' })
    await sender.send(1)
    expect([sender.length, await receiver.receive()]).toEqual([1, 1])
  })
})

describe('a handle', () => {
  test('of a channel that is gone throws', () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
    sender[Symbol.dispose]()
    receiver[Symbol.dispose]()
    expect(() => attachSender(handle)).toThrow('handle: the channel is gone')
    const next = sharedChannel({ capacity: 1, codec: u32 })
    expect(() => attachReceiver(handle)).toThrow(TypeError)
    expect(next.sender.trySend(1)).toBe('sent')
  })

  test('with another codec throws, here and in another thread', async () => {
    const { handle, sender } = sharedChannel({ capacity: 1, codec: u32 })
    expect(() => attachSender(handle, i32)).toThrow('codec: the channel carries u32, this codec is i32')
    expect(await start({ actor: 'attachesWith', handle, codec: 'i32' }).result).toContain('carries u32')
    expect(await start({ actor: 'attachesWith', handle, codec: 'u32' }).result).toBe('attached')
    const lying = { ...handle, codec: 'i32' } as SharedHandle<number>
    expect(await start({ actor: 'attachesWith', handle: lying, codec: 'i32' }).result).toContain('this codec is i32')
    expect(sender.stats().senders).toBe(1)
  })

  test('with a codec of one’s own needs it again', () => {
    const pair = customCodec<string>({ name: 'pair', maxBytes: 8, encode: () => 0, decode: () => '' })
    const { handle } = sharedChannel({ capacity: 1, codec: pair })
    expect(() => attachSender(handle)).toThrow('codec: custom("pair",8) is not built in; give it again to attach')
    expect(attachSender(handle, pair).capacity).toBe(1)
    expect(() => attachSender(handle, json(8) as never)).toThrow(TypeError)
  })

  test.each([undefined, null, {}, { kind: 'other' }])('that is none throws TypeError: %o', (handle) => {
    expect(() => attachSender(handle as never)).toThrow(TypeError)
    expect(() => attachReceiver(handle as never)).toThrow(TypeError)
  })
})

describe('a value that cannot be encoded', () => {
  test('rejects its send, and disturbs no other', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 3, codec: json<Value>(16) })
    const thread = start({ actor: 'receives', handle })
    await thread.says('attached')
    const [long, odd] = ['x'.repeat(40), 1n] as const
    await sender.send('a')
    await expect(sender.send(long)).rejects.toMatchObject({ code: 'too-large' })
    await expect(sender.send(odd)).rejects.toMatchObject({ name: 'EncodeError' })
    expect(() => sender.trySend(long)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(() => sender.sendSync(long)).toThrow(expect.objectContaining({ code: 'too-large' }))
    const permit = await sender.reserve()
    expect(() => permit.send(long)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(sender.stats().reserved).toBe(0)
    await sender.send('b')
    receiver[Symbol.dispose]()
    sender[Symbol.dispose]()
    expect(await thread.result).toEqual(['a', 'b'])
  })

  test('rejects its send also when that waits, and lets those behind it through', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 1, codec: json<Value>(16) })
    await sender.send('a')
    const [bad, good] = [sender.send('x'.repeat(40)), sender.send('b')]
    expect(await receiver.receive()).toBe('a')
    await expect(bad).rejects.toMatchObject({ code: 'too-large' })
    await good
    expect(await receiver.receive()).toBe('b')
  })
})

describe('ten thousand channels', () => {
  test('made and dropped use the memory of one', async () => {
    const { memory } = sharedChannel({ capacity: 1, codec: u32 }).handle
    const bytesNow = (): number => (memory as { buffer: ArrayBufferLike }).buffer.byteLength
    for (let made = 0; made < 100; made++) await use()
    const before = bytesNow()
    for (let made = 0; made < 10_000; made++) await use()
    expect(bytesNow()).toBe(before)
  })
})

async function use(): Promise<void> {
  const { sender, receiver } = sharedChannel({ capacity: 64, codec: bytes(100) })
  await sender.send(new Uint8Array(3))
  await receiver.receive()
  sender[Symbol.dispose]()
  receiver[Symbol.dispose]()
}
