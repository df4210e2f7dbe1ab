import { explore, region } from '@millrace/interleave'
import { describe } from 'vitest'
import {
  ARENA_PARTICIPANTS,
  BUSY,
  CLOSED_BY_SENDERS,
  GENERATION,
  LIFE,
  NONE,
  PARKED_RECEIVERS,
  RECEIVERS,
  REFERENCES,
  SENDERS,
  STATE,
} from '../src/kernel/layout.ts'
import { type ModelRig, proves } from './model.ts'
import { CREDITS, IMAGES, OBJECT, placeRecords, placeSlab, placeSlots, RECORD } from './rig.ts'

const MARK = 8192

/** Two participants, both attached to what lies at `OBJECT`, each with an endpoint of either side. */
function attached({ kernel, write }: ModelRig): void {
  write(ARENA_PARTICIPANTS, 2)
  write(OBJECT + GENERATION, 1)
  write(OBJECT + REFERENCES, 1)
  for (const participant of [0, 1]) {
    write(RECORD + participant * 128 + LIFE, 1)
    kernel.objectAttach(OBJECT, 1, participant, 1, 1)
  }
}

/** What the one who is left can still do: take all there is, then fill and empty the queue to its capacity. */
function isUsable({ kernel, read }: ModelRig, capacity: number): number[] | undefined {
  const left: number[] = []
  const take = () => {
    while (kernel.slotPop(OBJECT, IMAGES) === 1) left.push(read(IMAGES + 4))
    return kernel.slotPop(OBJECT, IMAGES)
  }
  if (take() !== NONE) return undefined
  const found = [...left]
  for (let i = 0; i < capacity; i++) if (kernel.slotPush(OBJECT, 90 + i, 0) !== 1) return undefined
  if (kernel.slotPush(OBJECT, 99, 0) !== NONE || take() !== NONE) return undefined
  return left.length === found.length + capacity ? found : undefined
}

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
})

describe('the death of any thread', () => {
  proves(
    'wakes those who wait for what it would have done',
    { of: 'participantFinish', line: 'wakeAll(object + PARKED_RECEIVERS)', becomes: '' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 2, slotBytes: 8 })
          attached(rig)
        },
        actors: {
          dies: {
            // It publishes, lowers the flag, and dies before it rings.
            run: () => rig.mortal.slotPush(OBJECT, 11, 0),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          lives: () => rig.kernel.slotPush(OBJECT, 22, 0),
          receives: () => {
            for (;;) {
              const first = rig.kernel.slotPop(OBJECT, IMAGES)
              if (first !== NONE && first !== BUSY) return first
              const epoch = rig.kernel.parkBegin(OBJECT + PARKED_RECEIVERS)
              const second = rig.kernel.slotPop(OBJECT, IMAGES)
              if (second !== NONE && second !== BUSY) return second
              rig.memory.wait(OBJECT + PARKED_RECEIVERS + 4, epoch)
            }
          },
        },
        check: ({ results: { receives } }) => receives === 1,
        preemptions: 3,
      }),
  )

  proves(
    'uncounts its endpoints once, and frees what only it held',
    {
      of: 'participantRepair',
      line: 'if (atomic.cmpxchg<i32>(record, 1, repairer + 2, LIFE) !== 1) return 0',
      becomes: 'atomic.store<i32>(record, repairer + 2, LIFE)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          rig.write(ARENA_PARTICIPANTS, 3)
          rig.write(RECORD + 256 + LIFE, 1)
          placeSlots(rig, { capacity: 1, slotBytes: 8 })
          attached(rig)
          rig.write(ARENA_PARTICIPANTS, 3)
        },
        actors: {
          one: () => rig.kernel.participantRepair(0, 0, 1),
          two: () => rig.kernel.participantRepair(0, 0, 2),
        },
        check: ({ results: { one, two } }) =>
          one + two === 1 &&
          rig.read(OBJECT + SENDERS) === 1 &&
          rig.read(OBJECT + RECEIVERS) === 1 &&
          rig.read(OBJECT + REFERENCES) === 2 &&
          (rig.read(OBJECT + STATE) & CLOSED_BY_SENDERS) === 0,
      }),
  )

  proves(
    'over a repair leaves the rest of it to the next',
    { of: 'participantRepair', line: 'participantFinish(i)', becomes: '{}' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          rig.write(ARENA_PARTICIPANTS, 3)
          rig.write(RECORD + 256 + LIFE, 1)
          placeSlots(rig, { capacity: 1, slotBytes: 8 })
          attached(rig)
          rig.write(ARENA_PARTICIPANTS, 3)
        },
        actors: {
          // Participant 1 repairs 0, and may die over it; 2 repairs 1.
          dies: {
            run: () => rig.mortal.participantRepair(0, 0, 1),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(1, 0, 2),
          },
        },
        check: ({ died }) =>
          died.length === 0 ||
          (rig.read(RECORD + LIFE) < 2 &&
            (rig.read(RECORD + LIFE) === 1 ||
              (rig.read(OBJECT + SENDERS) === 0 && (rig.read(OBJECT + STATE) & CLOSED_BY_SENDERS) !== 0))),
      }),
  )

  proves(
    'at any moment between claim and free leaves a slab with all of its blocks',
    {
      of: 'participantFinish',
      line: 'if (load<i32>(object, KIND) === KIND_SLAB) slabRepair(object, participant)',
      becomes: '',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlab(rig, 1, 2)
          attached(rig)
        },
        actors: {
          dies: {
            run: () => {
              // Steps that others notice, between the calls: there it may die.
              const step = () => rig.memory.atomic.add(MARK, 1)
              const claimed = region(() => rig.kernel.slabClaim(OBJECT, 0))
              step()
              region(() => rig.kernel.slabPublish(OBJECT, claimed - 1, 8, 0))
              step()
              const taken = region(() => rig.kernel.slabTake(OBJECT, 0))
              step()
              if (taken > 0) region(() => rig.kernel.slabFree(OBJECT, taken - 1))
            },
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          takes: () => {
            rig.memory.atomic.add(MARK, 1)
            return rig.kernel.slabTake(OBJECT, 1)
          },
        },
        check: ({ results: { takes } }) => {
          if (takes > 0) rig.kernel.slabFree(OBJECT, takes - 1)
          const left = rig.kernel.slabTake(OBJECT, 1)
          if (left > 0) rig.kernel.slabFree(OBJECT, left - 1)
          const claims = [1, 2, 3].map(() => rig.kernel.slabClaim(OBJECT, 1))
          return claims.filter((claim) => claim > 0).length === 2
        },
      }),
  )
})
