import { describe, expect, test } from 'vitest'
import { arena as makeArena } from '../src/arena.ts'
import { provideKernel } from '../src/execution.ts'
import { kernel as javascript } from '../src/javascript.ts'
import { type Job, objectFor, startWorker } from './workers/job.ts'

provideKernel(javascript)

const cases: readonly (readonly [Job['kind'], number, number, number])[] = [
  ['slots', 8, 1, 1],
  ['slots', 8, 5, 1],
  ['slots', 8, 64, 16],
  ['slots', 16, 8, 1],
  ['slots', 72, 8, 5],
  ['slab', 8, 4, 1],
  ['record', 8, 0, 1],
]

describe.each(['wasm', 'javascript'] as const)('threads over the %s kernel', (execution) => {
  test.each(cases)(
    '%s of %i bytes at capacity %i, batches up to %i: every value arrives once, in the order of its sender',
    async (kind, slotBytes, capacity, batch) => {
      const arena = makeArena({ execution })
      const object = objectFor(arena, kind, capacity, slotBytes)
      arena.attach(arena.handle(object), 1, 1)
      const report = arena.allocate(4096) + 128
      arena.views().u8.fill(0, report, report + 3800)
      const { i32 } = arena.views()
      const count = execution === 'wasm' ? 20_000 : 6_000
      const poppers = kind === 'record' ? 1 : 2
      const roles = ['push', 'push', ...Array(poppers).fill('pop')] as Job['role'][]
      const workers = roles.map((role, i) =>
        startWorker({
          handle: arena.handle(object),
          role,
          kind,
          slotBytes,
          batch,
          count,
          from: 1 + i * 2 ** 24,
          report: report + i * 512,
        }),
      )
      // Held open until everybody is there, so that an early one that is done does not close it.
      await Promise.all(workers.map(({ ready }) => ready))
      arena.detach(object, 1, 1)
      expect(await Promise.all(workers.map(({ gone }) => gone))).toEqual(roles.map(() => 0))
      const word = (worker: number, at: number) => i32[(report + worker * 512 + at) >> 2] as number
      let taken = 0
      let sum = 0
      for (let popper = 2; popper < roles.length; popper++) {
        taken += word(popper, 0)
        sum = (sum + word(popper, 4)) | 0
      }
      const expected = [1, 1 + 2 ** 24].map((from) => from * count + (count * (count - 1)) / 2)
      expect(taken).toBe(2 * count)
      expect(sum).toBe(((expected[0] as number) + (expected[1] as number)) | 0)
    },
  )
})
