import { explore, sharedMemory } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { STACK_NAMES, stackKernel } from './algorithms/stack.ts'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64, names: STACK_NAMES })

// One pops; the other pops twice and puts back the first: the top is as it was, what lies below is not.
function popAgainstPopPopPush(isCounted: boolean) {
  const { push, pop } = stackKernel(memory, isCounted)
  return explore({
    memory,
    setup: () => {
      push(2)
      push(1)
    },
    actors: {
      one: pop,
      other: () => {
        const first = pop()
        const second = pop()
        if (first !== 0) push(first)
        return second
      },
    },
    check: ({ results }) => {
      const left: number[] = []
      for (let node = pop(); node !== 0 && left.length < 3; node = pop()) left.push(node)
      const all = [results.one, results.other, ...left].filter((node) => node !== 0).sort()
      if (all.join() !== '1,2') throw new Error(`the nodes 1 and 2 became ${all}`)
    },
  })
}

describe('a stack, under every schedule', () => {
  test('keeps its nodes if a counter is exchanged with the top', () => {
    expect(popAgainstPopPopPush(true).complete).toBe(true)
  })

  test('is caught to hold a node twice if the top alone is compared (ABA)', () => {
    const error = broken(() => popAgainstPopPopPush(false))
    expect(error.code).toBe('claim')
    expect(error.message).toMatch(/the nodes 1 and 2 became/)
  })
})
