import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import { customCodec, u32 } from '@millrace/ring/codec'
import fc from 'fast-check'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { openShared, SharedChannelReceiver, SharedChannelSender } from '../src/shared.ts'
import { conserves } from './conserves.ts'
import type { Open } from './ledger.ts'

provideKernel(kernel)
const memories = { WebAssembly: arena(), JavaScript: arena({ execution: 'javascript' }) }

/** Numbers as bytes that only their reader knows, so that they go one by one. */
const text = customCodec<number>({
  name: 'text',
  maxBytes: 200,
  encode(value, into, offset) {
    into.view.setUint32(offset + 100, value, true)
    return 104
  },
  decode: (from, offset) => from.view.getUint32(offset + 100, true),
})

beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterAll(() => void vi.useRealTimers())

test.each([
  ['words', 'WebAssembly', u32],
  ['words', 'JavaScript', u32],
  ['bytes', 'WebAssembly', text],
] as const)(
  'every accepted value is received once or reported, in order, and nobody is left waiting: %s in %s',
  async (_, execution, codec) => {
    const open: Open = (capacity, overflow, onDrop) => {
      const { channel } = openShared<number>({ capacity, overflow, onDrop, codec, arena: memories[execution] })
      const stats = () => channel.stats()
      const core = {
        capacity,
        overflow,
        stats,
        get length() {
          return channel.length
        },
        get isGone() {
          const { senders, receivers } = stats()
          return senders + receivers === 0
        },
      }
      return {
        core,
        newSender: () => new SharedChannelSender(channel),
        newReceiver: () => new SharedChannelReceiver(channel),
      }
    }
    await conserves(open, { capacity: fc.integer({ min: 1, max: 5 }), without: ['resize'], numRuns: 300 })
  },
)
