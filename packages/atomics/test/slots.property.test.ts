import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLOSED_BY_RECEIVERS, CLOSED_BY_SENDERS, ENDED, NONE } from '../src/kernel/layout.ts'
import { CREDITS, EXECUTIONS, IMAGES, OBJECT, placeSlots, type Rig, rig, type Shape } from './rig.ts'

/** One call on a queue; what the answers mean is said by `model`. */
interface Call {
  readonly call: string
  /** How many, where the call takes that. */
  readonly n: number
}

const call: fc.Arbitrary<Call> = fc.record({
  call: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('push', 'pop') },
    { weight: 40, arbitrary: fc.constantFrom('push many', 'pop many', 'reserve', 'release', 'push reserved') },
    { weight: 5, arbitrary: fc.constant('length') },
    { weight: 1, arbitrary: fc.constantFrom('close senders', 'close receivers') },
  ),
  n: fc.integer({ min: 1, max: 9 }),
})
const shape: fc.Arbitrary<Shape> = fc.record({
  capacity: fc.constantFrom(1, 2, 3, 5, 8),
  slotBytes: fc.constantFrom(8, 16, 24, 40),
  start: fc.constantFrom(0, 1, 2 ** 31 - 3, -3, -1000),
})

describe('slot queue, in all three executions', () => {
  test('does what an array of limited length does, also across positions 2^31 and 2^32', () => {
    fc.assert(
      fc.property(shape, fc.array(call, { maxLength: 80, size: 'max' }), (of, calls) => {
        const expected = model(of, calls)
        for (const execution of EXECUTIONS) {
          const target = rig(execution)
          placeSlots(target, of)
          expect({ execution, answers: run(target, of, calls) }).toEqual({ execution, answers: expected })
        }
      }),
      { numRuns: 300 },
    )
  })
})

function model({ capacity }: Shape, calls: readonly Call[]): unknown[] {
  const queue: number[] = []
  let next = 1
  let credits = 0
  let closed = 0
  const free = () => capacity - credits - queue.length
  const push = (n: number) => {
    for (let i = 0; i < n; i++) queue.push(next++)
    return n
  }
  const pop = (n: number) => {
    if (queue.length > 0) return queue.splice(0, n)
    return closed === 2 || (closed !== 0 && credits === 0) ? ENDED : NONE
  }
  return calls.map((what) => {
    if (what.call === 'close senders') closed = Math.max(closed, 1)
    else if (what.call === 'close receivers') closed = 2
    else if (what.call === 'length') return queue.length
    else if (what.call === 'pop') return pop(1)
    else if (what.call === 'pop many') return pop(what.n)
    else if (what.call === 'release') {
      credits -= Math.min(what.n, credits)
      return credits
    } else if (what.call === 'push reserved') {
      const n = Math.min(what.n, credits)
      if (n > 0 && closed === 2) return ENDED
      credits -= n
      return push(n)
    } else if (closed !== 0) return ENDED
    else if (what.call === 'push') return free() > 0 ? push(1) : NONE
    else if (what.call === 'push many') return push(Math.min(what.n, Math.max(0, free())))
    else if (what.n > free()) return NONE
    else {
      credits += what.n
      return 1
    }
    return undefined
  })
}

function run({ kernel, read, write }: Rig, { slotBytes }: Shape, calls: readonly Call[]): unknown[] {
  let next = 1
  const images = IMAGES
  // Every word of the payload is made of the value, so that a torn or misplaced copy shows.
  const fill = (n: number) => {
    for (let i = 0; i < n; i++) {
      const image = images + i * slotBytes
      write(image + 4, slotBytes === 8 ? next + i : slotBytes - 8)
      for (let at = 8; at < slotBytes; at += 4) write(image + at, (next + i) * at)
    }
  }
  const values = (n: number) =>
    Array.from({ length: n }, (_, i) => {
      const image = images + i * slotBytes
      if (slotBytes === 8) return read(image + 4)
      const value = read(image + 8) / 8
      for (let at = 8; at < slotBytes; at += 4) expect(read(image + at)).toBe(value * at)
      return value
    })
  const pushed = (answer: number) => {
    next += Math.max(0, answer)
    return answer
  }
  return calls.map((what) => {
    if (what.call === 'close senders') return kernel.objectClose(OBJECT, CLOSED_BY_SENDERS)
    if (what.call === 'close receivers') return kernel.objectClose(OBJECT, CLOSED_BY_RECEIVERS)
    if (what.call === 'length') return kernel.slotLength(OBJECT)
    if (what.call === 'push') {
      if (slotBytes <= 16) return pushed(kernel.slotPush(OBJECT, slotBytes === 8 ? next : next * 8, next * 12))
      fill(1)
      return pushed(kernel.slotPushMany(OBJECT, images, 1, 0))
    }
    if (what.call === 'pop') {
      const answer = kernel.slotPop(OBJECT, images)
      return answer <= 0 ? answer : values(1)
    }
    if (what.call === 'pop many') {
      const answer = kernel.slotPopMany(OBJECT, images, what.n)
      return answer <= 0 ? answer : values(answer)
    }
    if (what.call === 'push many') {
      fill(what.n)
      return pushed(kernel.slotPushMany(OBJECT, images, what.n, 0))
    }
    if (what.call === 'reserve') return kernel.reserve(OBJECT, what.n, CREDITS)
    const n = Math.min(what.n, read(CREDITS))
    if (what.call === 'release') {
      if (n > 0) kernel.release(OBJECT, n, CREDITS)
      return read(CREDITS)
    }
    fill(n)
    return n === 0 ? NONE : pushed(kernel.slotPushMany(OBJECT, images, n, CREDITS))
  })
}
