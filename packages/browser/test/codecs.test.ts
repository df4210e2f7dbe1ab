import type { Value } from '@millrace/channel'
import { sharedChannel } from '@millrace/mpmc/shared'
import {
  bool,
  bytes,
  type Codec,
  customCodec,
  enumOf,
  f64,
  fixed,
  i32,
  json,
  nullable,
  string,
  struct,
  u32,
} from '@millrace/ring/codec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Thread } from './thread.ts'

const text = fc.string({ unit: 'binary', maxLength: 60 })
const packet = fc.uint8Array({ maxLength: 300 })

interface Trial {
  readonly codec: Codec<Value>
  readonly values: fc.Arbitrary<unknown>
}

function trial<T extends Value>(codec: Codec<T>, values: fc.Arbitrary<T>): Trial {
  return { codec: codec as unknown as Codec<Value>, values }
}

const trials: Record<string, Trial> = {
  u32: trial(u32, fc.nat(2 ** 32 - 1)),
  i32: trial(i32, fc.integer()),
  f64: trial(f64, fc.double()),
  bool: trial(bool, fc.boolean()),
  enumOf: trial(enumOf('red', 'green'), fc.constantFrom('red', 'green')),
  bytes: trial(bytes(300), packet),
  fixed: trial(fixed(16), fc.uint8Array({ minLength: 16, maxLength: 16 })),
  string: trial(string(300), text),
  json: trial(json(2000) as Codec<Value>, fc.record({ text, list: fc.array(fc.integer(), { maxLength: 9 }) })),
  nullable: trial(nullable(string(300)), fc.option(text)),
  struct: trial(
    struct({ id: u32, name: string(300), price: f64, body: bytes(300) }),
    fc.record({ id: fc.nat(), name: text, price: fc.double(), body: packet }),
  ),
}

test('this browser does not decode texts in shared memory, which is why the codecs copy them first', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8))
  expect(() => new TextDecoder().decode(shared)).toThrow(TypeError)
  expect(() => new TextEncoder().encodeInto('x', shared)).toThrow(TypeError)
})

describe.each(Object.entries(trials))('%s', (_, { codec, values }) => {
  test('gives back in the page what went in', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 3, codec })
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        await sender.send(value as Value)
        expect(await receiver.receive()).toEqual(value)
      }),
    )
    sender.close()
  })

  test('gives back what went through a worker', async () => {
    const there = sharedChannel({ capacity: 3, codec })
    const back = sharedChannel({ capacity: 3, codec })
    const thread = new Thread('echoes', { handle: there.handle, back: back.handle })
    const all = fc.sample(values, 100) as Value[]
    const sending = there.sender.sendMany(all).finally(() => there.sender.close())
    const got: Value[] = []
    for await (const value of back.receiver) got.push(value)
    expect(got).toEqual(all)
    expect([await sending, await thread.result()]).toEqual([100, undefined])
  })
})

test('texts of any length, also those that are read in pieces', async () => {
  const { sender, receiver } = sharedChannel({ capacity: 1, codec: string(30_001) })
  for (const length of [0, 1, 24, 25, 4096, 4097, 10_000]) {
    for (const whole of ['é'.repeat(length), `€${'é'.repeat(length)}`, `\ufeff${'\0'.repeat(length)}`]) {
      await sender.send(whole)
      expect((await receiver.receive()) === whole).toBe(true)
    }
  }
})

test("a codec of one's own", async () => {
  const codec = customCodec<Date>({
    name: 'date',
    maxBytes: 8,
    encode(value, into, offset) {
      into.f64[offset / 8] = value.getTime()
      return 8
    },
    decode: (from, offset) => new Date(from.f64[offset / 8] ?? 0),
  })
  const { sender, receiver } = sharedChannel({ capacity: 1, codec })
  await sender.send(new Date(2026, 1))
  expect(await receiver.receive()).toEqual(new Date(2026, 1))
})

test('a value that cannot be encoded rejects its send and disturbs nothing', async () => {
  const { sender, receiver } = sharedChannel({ capacity: 1, codec: string(4) })
  await expect(sender.send('five!')).rejects.toMatchObject({ code: 'too-large' })
  await expect(sender.send('\ud83e')).rejects.toMatchObject({ code: 'not-encodable' })
  await sender.send('four')
  expect([await receiver.receive(), receiver.length]).toEqual(['four', 0])
})
