import { arena as makeArena } from '@millrace/atomics'
import { describe, expect, test } from 'vitest'
import { bytes, u32 } from '../../src/codecs.ts'
import { attachSlabRing, attachSlotRing, recordRing, slabRing, slotRing, spscRing } from '../../src/shared.ts'
import { usedBytes } from './arenas.ts'

const arena = makeArena({ maxBytes: 2 ** 24 })

/** Each makes a ring, uses it and drops it. */
const lives: Record<string, () => void> = {
  'slot rings of words': () => {
    using ring = slotRing({ capacity: 100, codec: u32, arena })
    using other = attachSlotRing(ring.handle)
    other.push(1)
  },
  'slot rings of bytes': () => {
    using ring = slotRing({ capacity: 10, codec: bytes(300), arena })
    ring.push(Uint8Array.of(1))
  },
  'rings between two': () => {
    using ring = spscRing({ capacity: 100, codec: u32, arena })
    ring.producer.push(1)
    ring.consumer.pop()
  },
  'rings between two, of which nobody had an end': () => {
    using ring = spscRing({ capacity: 100, slotBytes: 8, arena })
    expect(ring.handle.codec).toBe('fixed(8)')
  },
  'record rings': () => {
    using ring = recordRing({ bytes: 1000, maxRecord: 100, arena })
    ring.producer.push(Uint8Array.of(1))
    expect(ring.consumer.readMany(2, () => {})).toBe(1)
  },
  'slab rings, with blocks claimed and taken': () => {
    using ring = slabRing({ capacity: 4, blockBytes: 64, arena })
    ring.claim()?.publish()
    using other = attachSlabRing(ring.handle)
    using _taken = other.take()
    using _claimed = other.claim()
  },
}

describe('ten thousand rings made and dropped leave the memory as it was', () => {
  test.each(Object.entries(lives))('%s', (_, live) => {
    for (let i = 0; i < 1000; i++) live()
    globalThis.gc?.()
    const used = usedBytes(arena)
    const heap = process.memoryUsage().heapUsed
    for (let i = 0; i < 10_000; i++) live()
    globalThis.gc?.()
    expect(usedBytes(arena)).toBe(used)
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(2 ** 20)
  })
})
