import { explore } from '@millrace/interleave'
import { describe } from 'vitest'
import { BUSY, NONE } from '../src/kernel/layout.ts'
import { type ModelRig, proves } from './model.ts'
import { DATA, IMAGES, OBJECT, placeLazy, placeRecords, placeSlab, SIDE } from './rig.ts'

/** Takes the oldest record: its one word and its length, or the answer. */
function takeRecord({ kernel, read }: ModelRig, out: number): [number, number] | number {
  const answer = kernel.recordPeek(OBJECT, out)
  if (answer !== 1) return answer
  const record: [number, number] = [read(read(out)), read(out + 4)]
  kernel.recordDrop(OBJECT)
  return record
}

describe('record ring', () => {
  proves(
    'two records of different lengths arrive whole, in the order of their claims, past the end of the ring',
    {
      of: 'recordPush',
      line: 'memory.copy(blocks + (place << 6), from, length)',
      becomes:
        'atomic.store<i32>(table + (place << 3), (tail + skip + 1) | 0); memory.copy(blocks + (place << 6), from, length)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeRecords(rig, 4, 128, 3)
          rig.write(IMAGES, 11)
          rig.write(IMAGES + 256, 22)
        },
        actors: {
          long: () => rig.kernel.recordPush(OBJECT, IMAGES, 68, 0),
          short: () => rig.kernel.recordPush(OBJECT, IMAGES + 256, 4, 0),
          take: () => takeRecord(rig, IMAGES + 512),
        },
        check: ({ results: { long, short, take } }) => {
          const taken = typeof take === 'number' ? [] : [take]
          for (let next = takeRecord(rig, 64); typeof next !== 'number'; next = takeRecord(rig, 64)) taken.push(next)
          const sorted = taken.map(([value, length]) => `${value} ${length}`).sort()
          return long === 1 && short === 1 && sorted.join() === '11 68,22 4' && rig.kernel.slotLength(OBJECT) === 0
        },
      }),
  )

  proves(
    'blocks are given back only after the record was read',
    {
      of: 'recordPeek',
      line: 'store<i32>(out, length, LENGTH)',
      becomes: 'store<i32>(out, length, LENGTH); atomic.store<i32>(ring, (head + 2) | 0, HEAD)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        // Full: two records of two blocks each.
        setup: () => {
          placeRecords(rig, 4, 128)
          for (const value of [11, 12]) {
            rig.write(IMAGES, value)
            rig.kernel.recordPush(OBJECT, IMAGES, 128, 0)
          }
          rig.write(IMAGES, 22)
        },
        actors: {
          push: () => rig.kernel.recordPush(OBJECT, IMAGES, 128, 0),
          take: () => {
            const taken = takeRecord(rig, IMAGES + 512)
            return typeof taken === 'number' ? taken : taken[0]
          },
        },
        check: ({ results: { take } }) => take === 11,
      }),
  )
})

describe('lazy ring', () => {
  proves(
    'a value is read only after it was shown, and overwritten only after it was given back',
    {
      of: 'lazyFlush',
      line: 'const tail: i32 = load<i32>(ring, LAZY_TAIL)',
      becomes: 'const tail: i32 = (load<i32>(ring, LAZY_TAIL) + 1) | 0',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeLazy(rig, { capacity: 2, slotBytes: 4, start: -1 }, 1),
        actors: {
          producer: () => [11, 12, 13].filter((value) => rig.kernel.lazyPushWords(OBJECT, value, 0) === 1),
          consumer: () => {
            const taken: number[] = []
            for (let i = 0; i < 3; i++) if (rig.kernel.lazyPop(OBJECT, IMAGES, 1) === 1) taken.push(rig.read(IMAGES))
            return taken
          },
        },
        check: ({ results: { producer, consumer } }) => consumer.every((value, i) => value === producer[i]),
      }),
  )
})

describe('slab', () => {
  proves(
    'a block has one owner, and its content arrives',
    {
      of: 'slabPush',
      line: 'atomic.store<i32>(table + (number << 3), 0)',
      becomes: 'atomic.store<i32>(slot, (tail + 1) | 0); atomic.store<i32>(table + (number << 3), 0)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlab(rig, 1, 2)
        },
        actors: {
          sender: () => {
            const claimed = rig.kernel.slabClaim(OBJECT, 0)
            if (claimed <= 0) return claimed
            rig.write(DATA + 8192 + claimed * 64, 11)
            return rig.kernel.slabPublish(OBJECT, claimed - 1, 8, 0)
          },
          receiver: () => {
            const taken = rig.kernel.slabTake(OBJECT, 1)
            if (taken <= 0) return taken
            const isOwned = rig.read(SIDE + (taken - 1) * 8) === 2
            return isOwned ? rig.read(DATA + 8192 + taken * 64) : -9
          },
        },
        check: ({ results: { sender, receiver } }) =>
          sender === 1 && (receiver === 11 || receiver === NONE || receiver === BUSY),
      }),
  )

  proves(
    'two who claim at the same time never get the same block',
    {
      of: 'slabPop',
      line: 'if (claim.head(queue, head, (head + 1) | 0)) {',
      becomes: 'atomic.store<i32>(queue, (head + 1) | 0, HEAD); {',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlab(rig, 1, 2, -1),
        actors: { one: () => rig.kernel.slabClaim(OBJECT, 0), two: () => rig.kernel.slabClaim(OBJECT, 1) },
        check: ({ results: { one, two } }) => one > 0 && two > 0 && one !== two,
      }),
  )
})
