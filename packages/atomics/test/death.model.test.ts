import { explore, region } from '@millrace/interleave'
import { describe } from 'vitest'
import {
  ARENA_PARTICIPANTS,
  BUSY,
  CLOSED_BY_SENDERS,
  LIFE,
  LIFE_GENERATION,
  NONE,
  PARENT,
  PARKED_RECEIVERS,
  RECEIVERS,
  REFERENCES,
  SENDERS,
  STATE,
  THREAD,
} from '../src/kernel/layout.ts'
import { type ModelRig, proves } from './model.ts'
import { IMAGES, OBJECT, placeSlab, placeSlots, RECORD } from './rig.ts'
import { attached } from './survivors.ts'

const MARK = 8192
const DEAD = 7
const NEWCOMER = 9

/** Participant 0 is thread 7, started by thread 7, and dead; 1 lives; there is no third place. */
function placeDead({ write }: ModelRig): void {
  write(ARENA_PARTICIPANTS, 2)
  for (const participant of [0, 1]) write(RECORD + participant * 128 + LIFE, 1)
  write(RECORD + THREAD, DEAD)
  write(RECORD + PARENT, DEAD)
}

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
      line: 'if (!pair.cmpxchg(record, 1, generation, repairer + 2, generation)) return 0',
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
    'is not put on the newcomer that got its place',
    {
      of: 'participantRepair',
      line: 'if (!pair.cmpxchg(record, 1, generation, repairer + 2, generation)) return 0',
      becomes:
        'if (atomic.load<i32>(record, LIFE_GENERATION) !== generation || atomic.cmpxchg<i32>(record, 1, repairer + 2, LIFE) !== 1) return 0',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeDead(rig),
        actors: {
          one: () => {
            rig.kernel.participantRepair(0, 0, 1)
            return rig.kernel.participantJoin(NEWCOMER, 0)
          },
          two: () => rig.kernel.participantRepair(0, 0, 1),
        },
        check: ({ results: { one } }) => one === -1 || rig.read(RECORD + LIFE) === 1,
      }),
  )

  for (const number of ['THREAD', 'PARENT'] as const) {
    proves(
      `is not heard again for the newcomer that got its place, by its number as ${number.toLowerCase()}`,
      { of: 'participantFinish', line: `atomic.store<i32>(record, 0, ${number})`, becomes: '' },
      (rig) =>
        explore({
          memory: rig.memory,
          setup: () => placeDead(rig),
          actors: {
            repairs: () => rig.kernel.participantRepair(0, 0, 1),
            joins: () => rig.kernel.participantJoin(NEWCOMER, 0),
            // As `threadDied` reads a record.
            hears: () => {
              const { load } = rig.memory.atomic
              const generation = load(RECORD, LIFE_GENERATION)
              if (load(RECORD, LIFE) !== 1) return 0
              const found = load(RECORD, number === 'THREAD' ? THREAD : PARENT)
              return found === DEAD ? rig.kernel.participantRepair(0, generation, 1) : 0
            },
          },
          check: ({ results: { joins } }) => joins === -1 || rig.read(RECORD + LIFE) === 1,
          preemptions: 3,
        }),
    )
  }

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
