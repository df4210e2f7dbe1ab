import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import type { Value } from '@millrace/channel'
import { channelClaims, type Kind, type Make } from '@millrace/channel/conformance'
import { bytes, type Codec, json, type WordCodec } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'

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
  encode(value, into, offset) {
    into.view.setInt32(offset, numberOf(value), true)
    return 4
  },
  decode: (from, offset) => seen[from.view.getInt32(offset, true)] as Value,
}
const text = json(200) as Codec<Value>

provideKernel(kernel)
const inJavaScript = arena({ execution: 'javascript' })

const make =
  (codec: Codec<Value>, arena?: typeof inJavaScript): Make =>
  (capacity, options) => {
    const { sender, receiver } = sharedChannel({ capacity, codec, arena, ...options })
    const release = () => {
      sender[Symbol.dispose]()
      receiver[Symbol.dispose]()
    }
    return { sender, receiver, release }
  }

const kinds: Record<string, Kind> = {
  'words, capacity 1': { make: make(numbered), capacity: 1 },
  'words, capacity 5': { make: make(numbered), capacity: 5 },
  'bytes, capacity 2': { make: make(text), capacity: 2 },
  'words in JavaScript, capacity 2': { make: make(numbered, inJavaScript), capacity: 2 },
  'bytes in JavaScript, capacity 1': { make: make(text, inJavaScript), capacity: 1 },
  'drop-oldest': { make: make(numbered), capacity: 2, overflow: 'drop-oldest' },
  'drop-newest': { make: make(numbered), capacity: 2, overflow: 'drop-newest' },
  reject: { make: make(text), capacity: 2, overflow: 'reject' },
}

describe.each(Object.entries(kinds))('a channel in shared memory, %s', (_, kind) => {
  test.each(channelClaims({ ...kind, clonesReceivers: true, local: false }))('$verb: $claim', ({ run }) => run())
})

test('channels of small values go on when ones of larger values are opened', async () => {
  const sizes = [8, 60_000, 3_000_000]
  const channels = sizes.map((size) => sharedChannel({ capacity: 2, codec: bytes(size) }))
  for (const [index, { sender, receiver }] of channels.entries()) {
    const value = new Uint8Array(sizes[index] as number).fill(index + 1)
    await sender.send(value)
    expect(await receiver.receive()).toEqual(value)
    sender[Symbol.dispose]()
    receiver[Symbol.dispose]()
  }
})
