import { expect, test } from 'vitest'
import { type Arena, arena } from '../src/arena.ts'
import { provideKernel } from '../src/execution.ts'
import { kernel } from '../src/javascript.ts'
import {
  FLIGHT_COUNT,
  FLIGHT_HOME,
  FLIGHT_OBJECT,
  FLIGHT_POP,
  FLIGHT_POSITION,
  FLIGHT_SIDE,
  FREE_QUEUE,
  GENERATION,
  HEAD,
  PARTICIPANTS,
} from '../src/kernel/layout.ts'
import { slab } from '../src/objects.ts'
import { words } from '../src/words.ts'

provideKernel(kernel)

/** Another thread that has the slab. */
function other(own: Arena, object: number, thread: number): number {
  const participant = own.kernel.participantJoin(thread, 0)
  own.kernel.objectAttach(object, words.load(own, object + GENERATION), participant, 1, 0)
  return participant
}

/** It claims the first free block as JavaScript does, and gets no further. */
function stopsOverClaim(own: Arena, object: number, participant: number): void {
  const record = PARTICIPANTS + participant * 128
  const queue = words.load(own, object + FREE_QUEUE)
  words.store(own, record + FLIGHT_SIDE, FLIGHT_POP)
  words.store(own, record + FLIGHT_POSITION, words.add(own, queue + HEAD, 1))
  words.store(own, record + FLIGHT_COUNT, 1)
  words.store(own, record + FLIGHT_HOME, object)
  words.store(own, record + FLIGHT_OBJECT, queue)
}

test.each(['wasm', 'javascript'] as const)(
  'of two threads that died at once, the repair of the one ends while the other bars its way; then all blocks are free: %s',
  (execution) => {
    const own = arena({ execution })
    const object = slab(own, { capacity: 2, blocks: 4, blockBytes: 8 })
    const [first, second] = [other(own, object, 71), other(own, object, 72)]
    stopsOverClaim(own, object, second)
    expect([own.kernel.slabClaim(object, first), own.kernel.slabClaim(object, first)]).toEqual([2, 3])
    expect([own.declareDead(first), own.declareDead(second)]).toEqual([true, true])
    const claims = [1, 2, 3, 4, 5].map(() => own.kernel.slabClaim(object, own.participant))
    expect(claims.slice(0, 4).sort()).toEqual([1, 2, 3, 4])
    expect(claims[4]).toBe(0)
  },
)
