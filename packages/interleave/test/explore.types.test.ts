import { type End, explore, sharedMemory } from '@millrace/interleave'
import { describe, expectTypeOf, test } from 'vitest'

const memory = sharedMemory({ bytes: 8 })

describe('the end of a run', () => {
  test('knows what each actor returns, and that one that may die may not have', () => {
    explore({
      memory,
      actors: { a: () => 1, b: { run: () => 'tea', killable: true } },
      setup: () => ({ cups: 2 }),
      check: ({ results, died, state }) => {
        expectTypeOf(results.a).toEqualTypeOf<number>()
        expectTypeOf(results.b).toEqualTypeOf<string | undefined>()
        expectTypeOf(died).toEqualTypeOf<readonly ('a' | 'b')[]>()
        expectTypeOf(state).toEqualTypeOf<{ cups: number }>()
      },
    })
  })

  test('has results of unknown actors as unknown', () => {
    expectTypeOf<End['results'][string]>().toEqualTypeOf<unknown>()
  })
})
