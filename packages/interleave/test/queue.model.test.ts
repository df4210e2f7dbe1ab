import { explore, region, sharedMemory } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { QUEUE_NAMES, type QueueMutant, queueKernel } from './algorithms/queue.ts'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64, names: QUEUE_NAMES })
const { init: setup, push, pop } = queueKernel(memory)

/** What is left, when all is over. */
function drain(): number[] {
  const values: number[] = []
  for (let value = pop(); value !== undefined; value = pop()) values.push(value)
  return values
}

function twoPushersOnePopper(mutant: QueueMutant, options: { isHalfFull?: boolean; reduce?: boolean } = {}) {
  const kernel = queueKernel(memory, mutant)
  return explore({
    memory,
    setup: () => {
      setup()
      if (options.isHalfFull) push(33)
    },
    reduce: options.reduce,
    actors: { first: () => kernel.push(11), second: () => kernel.push(22), popper: kernel.pop },
    check: ({ results: { first, second, popper } }) => {
      const pushed = [...(first ? [11] : []), ...(second ? [22] : []), ...(options.isHalfFull ? [33] : [])]
      const found = [...(popper === undefined ? [] : [popper]), ...drain()].sort()
      if (found.join() !== pushed.join()) throw new Error(`pushed ${pushed}, popped ${found}`)
    },
  })
}

describe('a bounded queue, under every schedule', () => {
  test('gives every pushed value once: 2 pushers × 1 popper', () => {
    expect(twoPushersOnePopper('none')).toMatchObject({ complete: true, held: 0 })
    expect(twoPushersOnePopper('none', { isHalfFull: true })).toMatchObject({ complete: true, held: 0 })
  })

  test('gives every pushed value once: 2 pushers × 1 popper, one schedule at a time', () => {
    expect(twoPushersOnePopper('none', { reduce: false })).toMatchObject({
      complete: true,
      schedules: 143_028,
      runs: 143_028,
    })
  })

  test('gives every pushed value once: 2 × 2, two values each way', () => {
    const report = explore({
      memory,
      setup,
      preemptions: 2,
      actors: {
        first: () => [push(1), push(2)],
        second: () => [push(3), push(4)],
        third: () => [pop(), pop()],
        fourth: () => [pop(), pop()],
      },
      check: ({ results: { first, second, third, fourth } }) => {
        const pushed = [...first, ...second].flatMap((isIn, index) => (isIn ? [index + 1] : []))
        const popped = [...third, ...fourth].filter((value) => value !== undefined)
        expect([...popped, ...drain()].sort()).toEqual(pushed)
      },
    })
    expect(report.complete).toBe(true)
  })

  test.each([
    ['stamp before value', false, 'claim'],
    ['no compare', false, 'claim'],
    ['no look at the stamp', true, 'livelock'],
  ] as const)('is caught with %s', (mutant, isHalfFull, code) => {
    expect(broken(() => twoPushersOnePopper(mutant, { isHalfFull })).code).toBe(code)
  })

  test('is blocked for ever by a pusher that dies between claim and publish', () => {
    const dying = { run: () => push(11), killable: true }
    const check = () => {
      const isPublished = memory.load(8) !== 0
      expect(isPublished || memory.load(4) === 0, 'claimed, never published').toBe(true)
    }
    const error = broken(() => explore({ memory, setup, actors: { dying }, check }))
    expect(error.message).toContain('claimed, never published')
    expect(
      explore({ memory, setup, actors: { dying: { ...dying, run: () => region(dying.run) } }, check }).complete,
    ).toBe(true)
  })
})
