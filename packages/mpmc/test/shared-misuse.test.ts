import { bytes, f64, i32, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { attachSender, sharedChannel } from '../src/shared.ts'

describe('sharedChannel', () => {
  test.each([
    [{}, '[object Object]'],
    [null, 'null'],
  ])('refuses %o as an arena', (arena, shown) => {
    const options = { capacity: 1, codec: u32, arena: arena as never }
    expect(() => sharedChannel(options)).toThrow(new TypeError(`arena: expected an arena, got ${shown}`))
  })
})

describe('attaching', () => {
  test('refuses a handle without a codec', () => {
    const handle = { kind: 'millrace.channel' } as never
    expect(() => attachSender(handle)).toThrow('handle: expected that of a shared channel, got')
  })

  test.each([2 ** 30, -8, 4.5, Number.NaN, '128'])('finds no channel at %s', (object) => {
    const { handle } = sharedChannel({ capacity: 1, codec: u32 })
    expect(() => attachSender({ ...handle, object: object as number })).toThrow('handle: the channel is gone')
  })
})

describe('receiving into an array', () => {
  test.each([
    ['Uint32Array', u32, new Int32Array(1)],
    ['Int32Array', i32, new Uint32Array(1)],
    ['Float64Array', f64, new Int32Array(1)],
  ] as const)(
    'that is neither a %s, as the codec is, nor of doubles is refused: no value changes',
    async (kind, codec, array) => {
      const { sender, receiver } = sharedChannel<number>({ capacity: 1, codec })
      sender.trySend(2 ** 31 - 1)
      const message = `array: expected ${kind === 'Float64Array' ? '' : `${kind} or `}Float64Array, got ${array[Symbol.toStringTag]}`
      expect(() => receiver.tryReceiveInto(array)).toThrow(new TypeError(message))
      expect(() => receiver.receiveIntoSync(array)).toThrow(new TypeError(message))
      await expect(receiver.receiveInto(array)).rejects.toThrow(new TypeError(message))
      expect([array[0], receiver.length]).toEqual([0, 1])
      expect(receiver.tryReceiveInto(new Float64Array(1))).toBe(1)
    },
  )

  test('says of a large array what it is, in one sentence', () => {
    const { receiver } = sharedChannel({ capacity: 1, codec: u32 })
    const message = 'array: expected Uint32Array or Float64Array, got Uint8Array'
    expect(() => receiver.tryReceiveInto(new Uint8Array(10_000) as never)).toThrow(new TypeError(message))
  })
})

test('who borrows with what is no function borrows nothing', () => {
  const { sender, receiver } = sharedChannel({ capacity: 1, codec: bytes(4) })
  sender.trySend(Uint8Array.of(1))
  const message = 'read: expected a function, got undefined'
  expect(() => receiver.tryBorrow(undefined as never)).toThrow(new TypeError(message))
  expect(() => receiver.borrowSync(undefined as never)).toThrow(new TypeError(message))
  expect(receiver.length).toBe(1)
})

test.each(['timeoutMS', 'signal'])('a call that blocks takes no option %s', (name) => {
  const { sender, receiver } = sharedChannel({ capacity: 1, codec: u32 })
  const options = { [name]: undefined } as never
  for (const call of [
    () => sender.sendSync(1, options),
    () => receiver.receiveSync(options),
    () => receiver.receiveManySync(1, options),
    () => receiver.receiveIntoSync(new Uint32Array(1), options),
    () => receiver.borrowSync(() => 1, options),
  ]) {
    expect(call).toThrow(new TypeError(`${name}: no such option; there are timeoutMs`))
  }
  expect(sender.length).toBe(0)
})
