import { explore } from '@millrace/interleave'
import { describe } from 'vitest'
import { CLOSED_BY_RECEIVERS, CLOSED_BY_SENDERS, ENDED, NONE } from '../src/kernel/layout.ts'
import { proves } from './model.ts'
import { CREDITS, IMAGES, OBJECT, placeSlots, type Rig } from './rig.ts'

const MARK = 64

/** Pops once; answers the value, or the answer if there was none. Values are above 10. */
function popOne({ kernel, read }: Rig, out: number): number {
  const answer = kernel.slotPop(OBJECT, out)
  return answer === 1 ? read(out + 4) : answer
}

/** What is left, taken in the order of the queue. */
function drain(rig: Rig): number[] {
  const left: number[] = []
  for (let value = popOne(rig, IMAGES); value > 0; value = popOne(rig, IMAGES)) left.push(value)
  return left
}

/** Every value that was accepted came out once, and nothing else did. */
function conserved(rig: Rig, accepted: readonly number[], popped: readonly number[]): boolean {
  const out = [...popped.filter((value) => value > 0), ...drain(rig)]
  return (
    out.length === accepted.length && new Set(out).size === out.length && accepted.every((value) => out.includes(value))
  )
}

describe('slot queue', () => {
  for (const capacity of [1, 2]) {
    proves(
      `two pushes and a pop at capacity ${capacity} give each accepted value once`,
      {
        of: 'slotPush',
        line: 'store<i32>(slot, low, LENGTH)',
        becomes: 'atomic.store<i32>(slot, (tail + 1) | 0); store<i32>(slot, low, LENGTH)',
      },
      (rig) =>
        explore({
          memory: rig.memory,
          setup: () => placeSlots(rig, { capacity, slotBytes: 8 }),
          actors: {
            first: () => rig.kernel.slotPush(OBJECT, 11, 0),
            second: () => rig.kernel.slotPush(OBJECT, 22, 0),
            pop: () => popOne(rig, IMAGES),
          },
          check: ({ results: { first, second, pop } }) => {
            const accepted = [...(first === 1 ? [11] : []), ...(second === 1 ? [22] : [])]
            return accepted.length >= Math.min(capacity, 2) && conserved(rig, accepted, [pop])
          },
        }),
    )

    proves(
      `a push and two pops at capacity ${capacity} give no value twice`,
      {
        of: 'slotPop',
        line: 'if (claim.head(queue, head, (head + 1) | 0)) {',
        becomes: 'atomic.store<i32>(queue, (head + 1) | 0, HEAD); {',
      },
      (rig) =>
        explore({
          memory: rig.memory,
          setup: () => {
            placeSlots(rig, { capacity, slotBytes: 8, start: -1 })
            rig.kernel.slotPush(OBJECT, 11, 0)
          },
          actors: {
            push: () => rig.kernel.slotPush(OBJECT, 22, 0),
            one: () => popOne(rig, IMAGES),
            two: () => popOne(rig, IMAGES + 8),
          },
          check: ({ results: { push, one, two } }) => conserved(rig, push === 1 ? [11, 22] : [11], [one, two]),
        }),
    )
  }

  proves(
    'a pop frees its slot only after it read the value',
    {
      of: 'slotPop',
      line: 'const length: i32 = load<i32>(slot, LENGTH)',
      becomes: 'atomic.store<i32>(slot, (head + mask + 1) | 0); const length: i32 = load<i32>(slot, LENGTH)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        // Four slots, all full: the push comes to the slot of the pop.
        setup: () => {
          placeSlots(rig, { capacity: 4, slotBytes: 8 })
          for (const value of [11, 12, 13, 14]) rig.kernel.slotPush(OBJECT, value, 0)
        },
        actors: { push: () => rig.kernel.slotPush(OBJECT, 22, 0), pop: () => popOne(rig, IMAGES) },
        check: ({ results: { pop } }) => pop === 11,
      }),
  )

  proves(
    'two pushes at capacity 1 are never both accepted',
    {
      of: 'slotPush',
      line: 'atomic.load<i32>(slots + (last & mask) * bytes) === ((last + mask + 1) | 0)',
      becomes: 'true',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 1, slotBytes: 8 }),
        actors: {
          first: () => rig.kernel.slotPush(OBJECT, 11, 0),
          second: () => rig.kernel.slotPushMany(OBJECT, IMAGES, 1, 0),
        },
        check: ({ results: { first, second } }) => first + second === 1,
      }),
  )

  proves(
    'a push after a close is refused',
    {
      of: 'slotPush',
      line: 'claim.tail(queue, tail, state, (tail + 1) | 0, state, 0)',
      becomes: 'atomic.cmpxchg<i32>(queue, tail, (tail + 1) | 0, TAIL) === tail',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 2, slotBytes: 8 }),
        actors: {
          push: () => rig.kernel.slotPush(OBJECT, 11, 0),
          // What a receiver sees closed and drained stays so.
          close: () => {
            rig.kernel.objectClose(OBJECT, CLOSED_BY_SENDERS)
            return popOne(rig, IMAGES)
          },
        },
        check: ({ results: { push, close } }) => (close === ENDED ? push === ENDED : close === 11 || push !== ENDED),
      }),
  )

  proves(
    'room that is reserved is not taken by others',
    {
      of: 'slotPush',
      line: 'const last: i32 = (tail + state - capacity) | 0',
      becomes: 'const last: i32 = (tail - capacity) | 0',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 1, slotBytes: 8 }),
        actors: {
          reserve: () => {
            if (rig.kernel.reserve(OBJECT, 1, CREDITS) !== 1) return NONE
            rig.write(IMAGES + 4, 11)
            return rig.kernel.slotPushMany(OBJECT, IMAGES, 1, CREDITS)
          },
          push: () => rig.kernel.slotPush(OBJECT, 22, 0),
        },
        check: ({ results: { reserve, push } }) => reserve + push === 1 && rig.kernel.slotLength(OBJECT) === 1,
      }),
  )

  proves(
    'a queue closed by senders ends only when the credits are used up or given back',
    {
      of: 'slotIdle',
      line: '(state & CLOSED) !== 0 && (state & RESERVED) === 0 ? ENDED : NONE',
      becomes: '(state & CLOSED) !== 0 ? ENDED : NONE',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 2, slotBytes: 8 })
          rig.kernel.reserve(OBJECT, 1, CREDITS)
          rig.write(IMAGES + 4, 11)
        },
        actors: {
          permit: () => rig.kernel.slotPushMany(OBJECT, IMAGES, 1, CREDITS),
          close: () => {
            rig.kernel.objectClose(OBJECT, CLOSED_BY_SENDERS)
            return popOne(rig, IMAGES + 64)
          },
        },
        check: ({ results: { permit, close } }) =>
          permit === 1 && close !== ENDED && conserved(rig, [11], [close]) && popOne(rig, IMAGES) === ENDED,
      }),
  )

  proves(
    'a push against a credit is refused once the receivers closed',
    {
      of: 'slotPushMany',
      line: 'const refusing: i32 = credits !== 0 ? CLOSED_BY_RECEIVERS : CLOSED',
      becomes: 'const refusing: i32 = CLOSED_BY_SENDERS',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 2, slotBytes: 8 })
          rig.kernel.reserve(OBJECT, 1, CREDITS)
          rig.write(IMAGES + 4, 11)
        },
        actors: {
          permit: () => rig.kernel.slotPushMany(OBJECT, IMAGES, 1, CREDITS),
          close: () => {
            rig.kernel.objectClose(OBJECT, CLOSED_BY_RECEIVERS)
            return popOne(rig, IMAGES + 64)
          },
        },
        check: ({ results: { permit, close } }) =>
          close === ENDED ? permit === ENDED : permit === 1 && conserved(rig, [11], [close]),
      }),
  )
})

describe('batches', () => {
  proves(
    'a batch is seen whole or not at all, and mixes with single calls',
    {
      of: 'slotPushMany',
      line: 'memory.copy(first + LENGTH, images + LENGTH, size - LENGTH)',
      becomes: 'atomic.store<i32>(first, (tail + 1) | 0); memory.copy(first + LENGTH, images + LENGTH, size - LENGTH)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        // The batch wraps: slots 3, 0.
        setup: () => {
          placeSlots(rig, { capacity: 3, slotBytes: 8, start: 3 })
          rig.write(IMAGES + 4, 11)
          rig.write(IMAGES + 12, 12)
        },
        actors: {
          batch: () => rig.kernel.slotPushMany(OBJECT, IMAGES, 2, 0),
          push: () => rig.kernel.slotPush(OBJECT, 22, 0),
          pop: () => popOne(rig, MARK),
        },
        check: ({ results: { batch, push, pop } }) =>
          batch === 2 && push === 1 && pop !== 12 && conserved(rig, [11, 12, 22], [pop]),
      }),
  )

  proves(
    'a popped batch frees its slots only after the values are out',
    {
      of: 'slotPopMany',
      line: 'memory.copy(first + LENGTH, out + LENGTH, size - LENGTH)',
      becomes:
        'atomic.store<i32>(first, (head + mask + 1) | 0); memory.copy(first + LENGTH, out + LENGTH, size - LENGTH)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 4, slotBytes: 8, start: 3 })
          for (const value of [11, 12, 13, 14]) rig.kernel.slotPush(OBJECT, value, 0)
        },
        actors: {
          batch: () => {
            const n = rig.kernel.slotPopMany(OBJECT, IMAGES, 2)
            return Array.from({ length: n }, (_, i) => rig.read(IMAGES + i * 8 + 4))
          },
          push: () => rig.kernel.slotPush(OBJECT, 22, 0),
          pop: () => popOne(rig, MARK),
        },
        check: ({ results: { batch, push, pop } }) =>
          batch[1] === (batch[0] as number) + 1 &&
          conserved(rig, push === 1 ? [11, 12, 13, 14, 22] : [11, 12, 13, 14], [...batch, pop]),
      }),
  )
})
