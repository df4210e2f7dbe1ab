import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import type { Value } from '@millrace/channel'
import { channelClaims, type Kind, type Make } from '@millrace/channel/conformance'
import { sharedChannel } from '@millrace/mpmc/shared'
import { type Codec, json, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { numbered } from './numbered.ts'
import { Thread } from './thread.ts'

provideKernel(kernel)
const own = arena({ execution: 'javascript', maxBytes: 2 ** 26 })

test('an arena without WebAssembly lies in a shared buffer', () => {
  expect(own.memory).toBeInstanceOf(SharedArrayBuffer)
})

const make =
  (codec: Codec<Value>): Make =>
  (capacity, options) => {
    const { sender, receiver } = sharedChannel({ capacity, codec, arena: own, ...options })
    const release = () => {
      sender[Symbol.dispose]()
      receiver[Symbol.dispose]()
    }
    return { sender, receiver, release }
  }

const kinds: Record<string, Kind> = {
  words: { make: make(numbered), capacity: 1 },
  bytes: { make: make(json(200) as Codec<Value>), capacity: 5 },
  'drop-oldest': { make: make(numbered), capacity: 2, overflow: 'drop-oldest' },
}

describe.each(Object.entries(kinds))('a channel whose kernel runs in JavaScript, %s', (_, kind) => {
  test.each(channelClaims({ ...kind, clonesReceivers: true, local: false }))('$verb: $claim', ({ run }) => run())
})

test('a kernel in JavaScript works between the page and a worker that blocks', async () => {
  const { sender, receiver, handle } = sharedChannel({ capacity: 3, codec: u32, arena: own })
  const back = sharedChannel({ capacity: 3, codec: u32, arena: own })
  const thread = new Thread('echoes', { handle: back.handle, back: handle })
  const values = Array.from({ length: 2000 }, (_, i) => i)
  const sending = back.sender.sendMany(values).finally(() => back.sender.close())
  const got: number[] = []
  while (got.length < values.length) got.push((await receiver.receive()) as number)
  expect(got).toEqual(values)
  expect([await sending, await thread.result(), sender.closed]).toEqual([2000, undefined, false])
})

test('a kernel in JavaScript repairs what a worker leaves', async () => {
  const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32, arena: own })
  const thread = new Thread('holds', { handle, side: 'sender' })
  expect(await thread.says()).toBe('watched: true')
  sender[Symbol.dispose]()
  const waiting = receiver.receive()
  thread.terminate()
  expect(await waiting).toBe(undefined)
})
