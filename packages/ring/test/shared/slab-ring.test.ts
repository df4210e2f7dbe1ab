import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { u32 } from '../../src/codecs.ts'
import { attachSlabRing, type Block, recordRing, slabRing, slotRing, spscRing } from '../../src/shared.ts'
import { ARENAS } from './arenas.ts'

const command = fc.record({
  verb: fc.constantFrom('claim', 'publish', 'take', 'dispose'),
  which: fc.nat(20),
  length: fc.nat(64),
})

describe.each(ARENAS)('a slab ring over %s', (_, arena) => {
  test('has each block free, published or owned, and gives what was published in order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 5),
        fc.nat(4),
        fc.array(command, { maxLength: 100, size: 'max' }),
        (capacity, more, commands) => {
          const blocks = capacity + more
          using ring = slabRing({ capacity, blocks, blockBytes: 64, arena })
          using other = attachSlabRing(ring.handle)
          const owned: { block: Block; mark: number }[] = []
          const published: { mark: number; length: number }[] = []
          for (const [i, { verb, which, length }] of commands.entries()) {
            const view = i % 2 === 0 ? ring : other
            const chosen = owned[which % Math.max(1, owned.length)]
            const disown = () => owned.splice(owned.indexOf(chosen as (typeof owned)[number]), 1)
            if (verb === 'claim') {
              const block = view.claim()
              expect(block === undefined).toBe(owned.length + published.length === blocks)
              block?.bytes.fill(i)
              if (block !== undefined) owned.push({ block, mark: i })
            } else if (verb === 'take') {
              const block = view.take()
              const oldest = published.shift()
              expect(block && Array.from(block.bytes)).toEqual(
                oldest && Array.from({ length: oldest.length }, () => oldest.mark),
              )
              if (block !== undefined) owned.push({ block, mark: oldest?.mark as number })
            } else if (chosen === undefined) {
              expect(owned).toEqual([])
            } else if (verb === 'publish') {
              const most = Math.min(length, chosen.block.bytes.length)
              expect(chosen.block.publish(most)).toBe(published.length < capacity)
              if (published.length < capacity) {
                disown()
                published.push({ mark: chosen.mark, length: most })
              }
            } else {
              chosen.block[Symbol.dispose]()
              disown()
            }
            expect(owned.map(({ block }) => block.bytes[0])).toEqual(
              owned.map(({ block, mark }) => (block.bytes.length > 0 ? mark : undefined)),
            )
            expect([ring.length, other.length]).toEqual([published.length, published.length])
          }
          for (const { block } of owned) block[Symbol.dispose]()
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a block', () => {
  test('lies in shared memory, at an address for any typed array, and travels without a copy', () => {
    using ring = slabRing({ capacity: 2, blockBytes: 80 })
    const block = ring.claim() as Block
    const doubles = new Float64Array(block.bytes.buffer, block.bytes.byteOffset, 10)
    doubles[9] = 0.5
    expect([block.bytes.length, block.publish()]).toEqual([80, true])
    using taken = ring.take() as Block
    expect([taken.bytes.byteOffset, doubles[9]]).toEqual([doubles.byteOffset, 0.5])
  })

  test('can be published again after it was taken, and is out of reach once it is published or disposed', () => {
    using ring = slabRing({ capacity: 1, blockBytes: 8 })
    const first = ring.claim() as Block
    const second = ring.claim() as Block
    expect([first.publish(0), second.publish(8)]).toEqual([true, false])
    const taken = ring.take() as Block
    expect([taken.bytes.length, taken.publish(5)]).toEqual([0, true])
    for (const block of [first, taken]) {
      expect(() => block.bytes).toThrow('block: it was published or disposed')
      expect(() => block.publish(1)).toThrow('block: it was published or disposed')
      block[Symbol.dispose]()
    }
    expect([ring.take()?.bytes.length, ring.length]).toEqual([5, 0])
    second[Symbol.dispose]()
    second[Symbol.dispose]()
  })

  test.each([-1, 9, 1.5, Number.NaN])('refuses length %s and is still owned', (length) => {
    using ring = slabRing({ capacity: 1, blockBytes: 8 })
    using block = ring.claim() as Block
    expect(() => block.publish(length)).toThrow(`length: expected an integer from 0 to 8, got ${length}`)
    expect([block.bytes.length, ring.length]).toEqual([8, 0])
  })

  test('outlives the view it came from, and keeps the ring', () => {
    const ring = slabRing({ capacity: 1, blocks: 2, blockBytes: 8 })
    const block = ring.claim() as Block
    block.bytes.fill(3)
    ring[Symbol.dispose]()
    expect(() => ring.claim()).toThrow('disposed')
    const other = attachSlabRing(ring.handle)
    expect([block.publish(2), other.take()?.bytes]).toEqual([true, Uint8Array.of(3, 3)])
    other[Symbol.dispose]()
  })
})

describe('slabRing', () => {
  test('refuses options that make none', () => {
    expect(() => slabRing({ capacity: 0, blockBytes: 8 })).toThrow('capacity: expected an integer from 1')
    expect(() => slabRing({ capacity: 4, blockBytes: 12 })).toThrow('blockBytes: expected a multiple of 8')
    expect(() => slabRing({ capacity: 4, blocks: 3, blockBytes: 8 })).toThrow('blocks: expected an integer from 4')
    expect(() => slabRing({ capacity: 4096, blockBytes: 2 ** 20 })).toThrow('blocks: expected at most 2 ** 30 bytes')
  })

  test('refuses what is no arena, as the other rings do', () => {
    const arena = {} as never
    const message = new TypeError('arena: expected an arena, got [object Object]')
    expect(() => slabRing({ capacity: 1, blockBytes: 8, arena })).toThrow(message)
    expect(() => slotRing({ capacity: 1, codec: u32, arena })).toThrow(message)
    expect(() => spscRing({ capacity: 1, codec: u32, arena })).toThrow(message)
    expect(() => recordRing({ bytes: 128, maxRecord: 8, arena })).toThrow(message)
  })

  test('refuses a handle of another kind, and of a ring that is gone', () => {
    const ring = slabRing({ capacity: 1, blockBytes: 8 })
    ring[Symbol.dispose]()
    expect(() => attachSlabRing(ring.handle)).toThrow('handle: the ring is gone')
    expect(() => attachSlabRing({ ...ring.handle, kind: 'other' } as never)).toThrow('that of a slab-ring, got other')
  })
})
