import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BUSY, CLOSED_BY_SENDERS, ENDED, NONE } from '../src/kernel/layout.ts'
import { CREDITS, DATA, EXECUTIONS, IMAGES, OBJECT, placeLazy, placeRecords, placeSlab, rig, SIDE } from './rig.ts'

const start = fc.constantFrom(0, 5, 2 ** 31 - 3, -3, -1000)
const commands = fc.array(fc.nat({ max: 99 }), { maxLength: 120, size: 'max' })

describe('record ring, in all three executions', () => {
  test('gives back every record whole and in order, at any length, also across positions 2^31 and 2^32', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 8, 16), start, commands, fc.boolean(), (blocks, from, calls, isClosed) => {
        for (const execution of EXECUTIONS) {
          const { kernel, read, write } = rig(execution)
          const most = blocks * 32
          placeRecords({ kernel, read, write }, blocks, most, from)
          const queue: number[][] = []
          let next = 0
          const drain = () => {
            const answer = kernel.recordPeek(OBJECT, IMAGES)
            const expected = queue.shift()
            if (expected === undefined) return answer
            expect(answer).toBe(1)
            const at = read(IMAGES)
            expect((at - DATA) % 64).toBe(0)
            const words = Array.from({ length: Math.ceil(read(IMAGES + 4) / 4) }, (_, i) => read(at + i * 4))
            expect([read(IMAGES + 4), ...words]).toEqual(expected)
            kernel.recordDrop(OBJECT)
            return answer
          }
          for (const nat of calls) {
            if (nat % 3 === 0) {
              drain()
              continue
            }
            const length = ((nat * 7) % (most + 1)) & ~3
            const words = Array.from({ length: length / 4 }, () => next++)
            words.forEach((word, i) => {
              write(IMAGES + 8 + i * 4, word)
            })
            const isReserved =
              nat % 3 === 1 && kernel.reserve(OBJECT, 2 * Math.max(1, Math.ceil(most / 64)) - 1, CREDITS) === 1
            const answer = kernel.recordPush(OBJECT, IMAGES + 8, length, isReserved ? CREDITS : 0)
            if (isReserved) expect(answer).toBe(1)
            if (answer === 1) queue.push([length, ...words])
            else expect(queue.length).toBeGreaterThan(0)
          }
          if (isClosed) kernel.objectClose(OBJECT, CLOSED_BY_SENDERS)
          while (queue.length > 0) drain()
          expect(drain()).toBe(isClosed ? ENDED : NONE)
          expect(kernel.recordPush(OBJECT, IMAGES, 4, 0)).toBe(isClosed ? ENDED : 1)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('lazy ring, in all three executions', () => {
  test('gives values back in order once shown, never more than its capacity, and ends when closed and drained', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 5, 8),
        fc.constantFrom(4, 8, 24),
        start,
        commands,
        (capacity, bytes, from, calls) => {
          for (const execution of EXECUTIONS) {
            const { kernel, read, write } = rig(execution)
            placeLazy({ kernel, read, write }, { capacity, slotBytes: bytes, start: from }, 1 + (capacity >> 1))
            let next = 0
            let taken = 0
            const take = (n: number) => {
              const answer = kernel.lazyPop(OBJECT, IMAGES, n)
              for (let i = 0; i < answer; i++) {
                for (let at = 0; at < bytes; at += 4) expect(read(IMAGES + i * bytes + at)).toBe(taken * 16 + at)
                taken++
              }
              return answer
            }
            for (const nat of calls) {
              const n = 1 + (nat % 5)
              if (nat % 2 === 0) {
                take(n)
              } else if (n === 1 && bytes <= 8) {
                if (kernel.lazyPushWords(OBJECT, next * 16, next * 16 + 4) === 1) next++
              } else {
                for (let i = 0; i < n * bytes; i += 4) {
                  write(IMAGES + i, (next + Math.floor(i / bytes)) * 16 + (i % bytes))
                }
                const answer = kernel.lazyPush(OBJECT, IMAGES, n)
                expect(answer).toBeGreaterThanOrEqual(NONE)
                next += answer
              }
              expect(next - taken).toBeLessThanOrEqual(capacity)
              if (nat % 7 === 0) kernel.lazyFlush(OBJECT)
            }
            kernel.lazyFlush(OBJECT)
            kernel.objectClose(OBJECT, CLOSED_BY_SENDERS)
            while (taken < next) expect(take(3)).toBeGreaterThan(0)
            expect(take(1)).toBe(ENDED)
            expect(kernel.lazyPushWords(OBJECT, 1, 2)).toBe(ENDED)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('publishes what it kept before it answers that there is no room, or nothing to take', () => {
    for (const execution of EXECUTIONS) {
      const { kernel, ...words } = rig(execution)
      placeLazy({ kernel, ...words }, { capacity: 8, slotBytes: 4 }, 8)
      for (let i = 0; i < 7; i++) kernel.lazyPushWords(OBJECT, i, 0)
      expect(kernel.lazyPop(OBJECT, IMAGES, 1)).toBe(NONE)
      expect([kernel.lazyPushWords(OBJECT, 7, 0), kernel.lazyPushWords(OBJECT, 8, 0)]).toEqual([1, NONE])
      expect([kernel.lazyPop(OBJECT, IMAGES, 7), kernel.lazyPushWords(OBJECT, 8, 0)]).toEqual([7, NONE])
      expect([kernel.lazyPop(OBJECT, IMAGES, 7), kernel.lazyPop(OBJECT, IMAGES, 1)]).toEqual([1, NONE])
      expect(kernel.lazyPushWords(OBJECT, 8, 0)).toBe(1)
    }
  })
})

describe('slab, in all three executions', () => {
  test('has each block free, ready or owned, and never in two places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.nat({ max: 3 }),
        start,
        commands,
        (capacity, more, from, calls) => {
          for (const execution of EXECUTIONS) {
            const { kernel, read, write } = rig(execution)
            const blocks = capacity + more
            placeSlab({ kernel, read, write }, capacity, blocks, from)
            const free = new Set(Array.from({ length: blocks }, (_, i) => i))
            const owned: number[] = []
            const ready: [number, number][] = []
            for (const nat of calls) {
              if (nat % 4 === 0) {
                const answer = kernel.slabClaim(OBJECT, 0)
                if (free.size === 0) expect(answer).toBe(NONE)
                else expect(free.delete(answer - 1)).toBe(true)
                if (answer > 0) owned.push(answer - 1)
              } else if (nat % 4 === 1 && owned[0] !== undefined) {
                const answer = kernel.slabPublish(OBJECT, owned[0], nat, 0)
                expect(answer).toBe(ready.length < capacity ? 1 : NONE)
                if (answer === 1) ready.push([owned.shift() as number, nat])
              } else if (nat % 4 === 2) {
                const answer = kernel.slabTake(OBJECT, 0)
                const oldest = ready.shift()
                expect(answer).toBe(oldest === undefined ? NONE : oldest[0] + 1)
                if (oldest !== undefined) {
                  expect(read(SIDE + oldest[0] * 8 + 4)).toBe(oldest[1])
                  owned.push(oldest[0])
                }
              } else if (owned[0] !== undefined) {
                kernel.slabFree(OBJECT, owned[0])
                free.add(owned.shift() as number)
              }
              const owners = Array.from({ length: blocks }, (_, i) => read(SIDE + i * 8))
              expect(owners).toEqual(owners.map((_, i) => (owned.includes(i) ? 1 : 0)))
            }
            expect(kernel.slabClaim(OBJECT, 0)).not.toBe(BUSY)
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
