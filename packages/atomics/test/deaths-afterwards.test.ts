import { expect, test } from 'vitest'
import { type Arena, arena } from '../src/arena.ts'
import { provideKernel } from '../src/execution.ts'
import { kernel } from '../src/javascript.ts'
import { GENERATION, NONE, PARTICIPANTS } from '../src/kernel/layout.ts'
import { slotQueue } from '../src/objects.ts'
import { words } from '../src/words.ts'

provideKernel(kernel)

const generation = (own: Arena, object: number) => words.load(own, object + GENERATION)

test('what a thread claimed in an object that it left is not put right in one that lies there now', () => {
  const own = arena({ execution: 'javascript' })
  const out = own.scratch()
  const dies = own.kernel.participantJoin(71, 0)
  // The kernel as that thread runs it, which notes its claims.
  const its = kernel(own.memory as SharedArrayBuffer, () => PARTICIPANTS + dies * 128)
  const first = slotQueue(own, { capacity: 4, slotBytes: 8 })
  its.objectAttach(first, generation(own, first), dies, 1, 0)
  expect([its.slotPush(first, 10, 0), its.slotPush(first, 11, 0)]).toEqual([1, 1])
  its.objectDetach(first, dies, 1, 0)
  expect(its.objectLeave(first, dies)).toBe(1)
  own.detach(first)

  const second = slotQueue(own, { capacity: 4, slotBytes: 8 })
  expect(second).toBe(first)
  its.objectAttach(second, generation(own, second), dies, 1, 0)
  own.kernel.slotPush(second, 20, 0)
  own.attach(own.handle(second), 1, 1)
  expect(own.declareDead(dies)).toBe(true)
  expect([own.kernel.slotPop(second, out), own.kernel.slotPop(second, out)]).toEqual([1, NONE])
  expect(own.kernel.slotLength(second)).toBe(0)
  expect([own.kernel.slotPush(second, 21, 0), own.kernel.slotPop(second, out)]).toEqual([1, 1])
})
