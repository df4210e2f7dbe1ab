import { explore } from '@millrace/interleave'
import { describe } from 'vitest'
import { NONE } from '../src/kernel/layout.ts'
import { proves } from './model.ts'
import { CREDITS, IMAGES, OBJECT, placeRecords, placeSlab, placeSlots } from './rig.ts'
import { attached, isUsable } from './survivors.ts'

describe('the death of a thread that runs JavaScript', () => {
  proves(
    'at any step of a push leaves the queue usable, and loses nothing that others sent',
    { of: 'flightRepair', line: 'atomic.store<i32>(slot, (position + i + 2) | 0)', becomes: '' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 2, slotBytes: 8 })
          attached(rig)
        },
        actors: {
          dies: {
            run: () => rig.mortal.slotPush(OBJECT, 11, 0),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          lives: () => rig.kernel.slotPush(OBJECT, 22, 0),
        },
        check: ({ results: { dies, lives }, died }) => {
          const found = isUsable(rig, 2)
          return found?.includes(22) === true && lives === 1 && (found.includes(11) || died.length > 0 || dies !== 1)
        },
      }),
  )

  proves(
    'at any step of a batch leaves the queue usable, with all of the batch or nothing',
    {
      of: 'flightRepair',
      line: 'for (let i: i32 = count - 1; i >= 0; i--) {',
      becomes: 'for (let i: i32 = 0; i >= 0; i--) {',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 3, slotBytes: 8, start: -1 })
          attached(rig)
          rig.write(IMAGES + 4, 11)
          rig.write(IMAGES + 12, 12)
        },
        actors: {
          dies: {
            run: () => rig.mortal.slotPushMany(OBJECT, IMAGES, 2, 0),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          lives: () => rig.kernel.slotPush(OBJECT, 22, 0),
        },
        check: ({ results: { lives } }) => {
          const found = isUsable(rig, 3)
          return lives === 1 && found?.includes(22) === true && found.includes(11) === found.includes(12)
        },
      }),
  )

  proves(
    'at any step of a pop loses at most the value it took',
    {
      of: 'flightRepair',
      line: 'atomic.store<i32>(slot, (position + i + mask + 1) | 0)',
      becomes: '',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 2, slotBytes: 8 })
          attached(rig)
          rig.kernel.slotPush(OBJECT, 21, 0)
          rig.kernel.slotPush(OBJECT, 22, 0)
        },
        actors: {
          dies: {
            run: () => rig.mortal.slotPop(OBJECT, IMAGES + 64),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          lives: () => (rig.kernel.slotPop(OBJECT, IMAGES + 128) === 1 ? rig.read(IMAGES + 132) : 0),
        },
        check: ({ results: { lives } }) => {
          const found = isUsable(rig, 2)
          return found !== undefined && found.length + (lives > 0 ? 1 : 0) >= 1
        },
      }),
  )

  proves(
    'at any step of reserving gives back exactly its credits',
    {
      of: 'participantFinish',
      line: 'if (credits !== 0) release(object, credits, own + OWN_CREDITS)',
      becomes: 'store<i32>(own, 0, OWN_CREDITS)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 2, slotBytes: 8 })
          attached(rig)
        },
        actors: {
          dies: {
            run: () => {
              rig.mortal.reserve(OBJECT, 2, CREDITS)
              rig.mortal.slotPushMany(OBJECT, IMAGES, 1, CREDITS)
              rig.mortal.release(OBJECT, 1, CREDITS)
            },
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
        },
        check: () => isUsable(rig, 2) !== undefined,
      }),
  )

  proves(
    'at any step of a record leaves the ring usable',
    { of: 'recordRepair', line: 'store<i32>(entry, -count, LENGTH)', becomes: 'store<i32>(entry, -1, LENGTH)' },
    (rig) =>
      explore({
        memory: rig.memory,
        // Three blocks from the end, so that a record of four skips them.
        setup: () => {
          placeRecords(rig, 8, 256, 5)
          attached(rig)
        },
        actors: {
          dies: {
            run: () => rig.mortal.recordPush(OBJECT, IMAGES, 196, 0),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          lives: () => rig.kernel.recordPush(OBJECT, IMAGES, 8, 0),
        },
        check: ({ results: { lives } }) => {
          const lengths: number[] = []
          while (rig.kernel.recordPeek(OBJECT, IMAGES + 512) === 1) {
            lengths.push(rig.read(IMAGES + 516))
            rig.kernel.recordDrop(OBJECT)
          }
          const isEmpty = rig.kernel.recordPeek(OBJECT, IMAGES + 512) === NONE
          return lives === 1 && isEmpty && lengths.includes(8) && rig.kernel.recordPush(OBJECT, IMAGES, 256, 0) === 1
        },
      }),
  )

  proves(
    'at any step of a claim leaves a slab with all of its blocks, also one that another frees meanwhile',
    { of: 'slabFree', line: 'if (answer === BUSY) {', becomes: 'if (answer > 0) {' },
    (rig) =>
      explore({
        memory: rig.memory,
        // As many blocks as slots: what the dead one claimed bars the way of the first that is freed.
        setup: () => {
          placeSlab(rig, 1, 4)
          attached(rig)
        },
        actors: {
          dies: {
            run: () => rig.mortal.slabClaim(OBJECT, 0),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          lives: () => {
            const claimed = rig.kernel.slabClaim(OBJECT, 1)
            if (claimed > 0) rig.kernel.slabFree(OBJECT, claimed - 1)
          },
        },
        check: ({ results: { dies } }) => {
          if (dies !== undefined && dies > 0) rig.kernel.slabFree(OBJECT, dies - 1)
          const claims = [1, 2, 3, 4].map(() => rig.kernel.slabClaim(OBJECT, 1))
          return claims.sort().join() === '1,2,3,4' && rig.kernel.slabClaim(OBJECT, 1) === NONE
        },
      }),
  )
})
