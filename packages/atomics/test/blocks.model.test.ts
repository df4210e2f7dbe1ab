import { explore } from '@millrace/interleave'
import { describe } from 'vitest'
import {
  ARENA_PARTICIPANTS,
  ARENA_TOP,
  CLOSED,
  CLOSED_BY_RECEIVERS,
  CLOSED_BY_SENDERS,
  FIRST_ATTACHMENT,
  FREE_LISTS,
  NEXT_FREE,
  PARTICIPANTS,
  RECEIVERS,
  REFERENCES,
  STATE,
} from '../src/kernel/layout.ts'
import { type ModelRig, proves } from './model.ts'

const BLOCK = 4096
const SIZE = 2048

/** Three blocks of class 0 from `BLOCK` on. */
function blocks({ kernel, write }: ModelRig): number[] {
  write(ARENA_TOP, BLOCK)
  write(ARENA_PARTICIPANTS, 2)
  return [0, 1, 2].map(() => kernel.blockAllocate(0, SIZE, 65_536))
}

/** An object in a new block that participant 0 is attached to, as the only sender. */
function object(rig: ModelRig): number {
  const [at = 0] = blocks(rig)
  rig.kernel.objectLink(at, 0)
  rig.kernel.objectAttach(at, 1, 0, 1, 0)
  return at
}

/** The free list of class 0. */
function free({ read }: ModelRig): number[] {
  const list: number[] = []
  for (let at = read(FREE_LISTS); at !== 0; at = read(at + NEXT_FREE)) list.push(at)
  return list
}

describe('blocks', () => {
  proves(
    'no block is given to two, whoever frees in between',
    {
      of: 'blockRelease',
      line: 'pair.cmpxchg(list, first, tag, block, (tag + 1) | 0)',
      becomes: 'pair.cmpxchg(list, first, tag, block, tag)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          // A, the first of the list, then B.
          const [a = 0, b = 0] = blocks(rig)
          rig.kernel.blockRelease(b)
          rig.kernel.blockRelease(a)
        },
        actors: {
          one: () => rig.kernel.blockAllocate(0, SIZE, 65_536),
          // Takes A and B and gives A back: the list looks as it did.
          two: () => {
            const a = rig.kernel.blockAllocate(0, SIZE, 65_536)
            const b = rig.kernel.blockAllocate(0, SIZE, 65_536)
            rig.kernel.blockRelease(a)
            return b
          },
        },
        check: ({ results: { one, two } }) => one !== two && !free(rig).includes(one) && !free(rig).includes(two),
      }),
  )

  proves(
    'of two who free a block in turn, both leave a whole list',
    {
      of: 'blockRelease',
      line: 'if (pair.cmpxchg(list, first, tag, block, (tag + 1) | 0)) return',
      becomes: 'store<i32>(list, block); return',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => void blocks(rig),
        actors: {
          one: () => rig.kernel.blockRelease(BLOCK),
          two: () => rig.kernel.blockRelease(BLOCK + SIZE),
        },
        check: () => free(rig).length === 2,
      }),
  )

  proves(
    'a handle attaches to the life it means or to none',
    {
      of: 'blockRetain',
      line: 'pair.cmpxchg(block, generation, references, generation, references + 1)',
      becomes: 'atomic.cmpxchg<i32>(block, references, references + 1, REFERENCES) === references',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => void object(rig),
        actors: {
          attach: () => rig.kernel.objectAttach(BLOCK, 1, 1, 1, 0),
          // The only one who was attached leaves; the block goes to somebody else, who keeps it to himself.
          leave: () => {
            rig.kernel.objectDetach(BLOCK, 0, 1, 0)
            rig.kernel.objectLeave(BLOCK, 0)
            return rig.kernel.blockAllocate(0, SIZE, 65_536)
          },
        },
        check: ({ results: { attach, leave } }) =>
          rig.read(BLOCK + REFERENCES) === 1 && (attach === 1) === (leave !== BLOCK),
      }),
  )

  proves(
    'of two who attach the one receiver at the same time one succeeds, and the other closes nothing',
    {
      of: 'objectAttachOne',
      line: 'if (claim.one(count, all, own)) break',
      becomes: 'claim.add(count, 1, own); break',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          object(rig)
          rig.kernel.objectAttach(BLOCK, 1, 1, 0, 0)
        },
        actors: {
          one: () => rig.kernel.objectAttachOne(BLOCK, 0, 2, 1),
          two: () => rig.kernel.objectAttachOne(BLOCK, 1, 2, 1),
        },
        check: ({ results: { one, two } }) =>
          one + two === 1 && rig.read(BLOCK + RECEIVERS) === 1 && (rig.read(BLOCK + STATE) & CLOSED) === 0,
      }),
  )

  proves(
    'the one receiver that leaves while another attaches leaves one that counts, or none and a closed side',
    { of: 'objectAttachOne', line: 'if (all >= most) return 0', becomes: 'if (all >= most) return 1' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          object(rig)
          rig.kernel.objectAttach(BLOCK, 1, 1, 0, 0)
          rig.kernel.objectAttachOne(BLOCK, 0, 2, 1)
        },
        actors: {
          leave: () => rig.kernel.objectDetach(BLOCK, 0, 0, 1),
          attach: () => rig.kernel.objectAttachOne(BLOCK, 1, 2, 1),
        },
        check: ({ results: { attach } }) =>
          rig.read(BLOCK + RECEIVERS) === attach &&
          (attach === 1 || (rig.read(BLOCK + STATE) & CLOSED_BY_RECEIVERS) !== 0),
      }),
  )

  proves(
    'the last sender of all closes, also if two leave at the same time',
    {
      of: 'objectDetach',
      line: 'atomic.load<i32>(object, SENDERS) === 0',
      becomes: 'load<i32>(own, OWN_SENDERS) === -1',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          object(rig)
          rig.kernel.objectAttach(BLOCK, 1, 1, 1, 0)
        },
        actors: {
          one: () => {
            rig.kernel.objectDetach(BLOCK, 0, 1, 0)
            rig.kernel.objectLeave(BLOCK, 0)
          },
          two: () => {
            rig.kernel.objectDetach(BLOCK, 1, 1, 0)
            return rig.read(BLOCK + STATE)
          },
        },
        check: () => {
          const isClosed = (rig.read(BLOCK + STATE) & CLOSED_BY_SENDERS) !== 0
          return isClosed && rig.read(PARTICIPANTS + FIRST_ATTACHMENT) === 0
        },
      }),
  )
})
