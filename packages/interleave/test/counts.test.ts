import { choose, explore, point, sharedMemory, step } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'

const memory = sharedMemory({ bytes: 64 })

/** As many steps on one word. */
function steps(count: number) {
  return () => {
    for (let step = 0; step < count; step++) memory.atomic.add(0, 1)
  }
}

/** The orders of so many steps of so many actors: (a + b + …)! / (a! b! …). */
function multinomial(...counts: readonly number[]): number {
  let orders = 1
  let total = 0
  for (const count of counts) for (let step = 1; step <= count; step++) orders = (orders * ++total) / step
  return Math.round(orders)
}

describe('the number of schedules', () => {
  test.each([[[1, 1]], [[3, 3]], [[2, 5]], [[2, 2, 2]], [[3, 3, 2]], [[1, 1, 1, 1, 1]]])(
    'of %j steps is known by hand',
    (counts) => {
      const actors = Object.fromEntries(counts.map((count, index) => [`actor ${index}`, steps(count)]))
      const expected = multinomial(...counts)
      const whole = explore({ memory, actors, reduce: false })
      expect(whole).toMatchObject({ schedules: expected, runs: expected, complete: true, pruned: 0 })
      const reduced = explore({ memory, actors })
      expect(reduced).toMatchObject({ schedules: expected, complete: true })
      expect(reduced.runs).toBeLessThan(counts.length === 2 && expected === 2 ? 3 : expected)
    },
  )

  test('is the same without reduction, if every step conflicts: parking, waking and timing out', () => {
    const actors = {
      first: () => {
        memory.wait(0, 0, true)
        steps(3)()
      },
      second: () => void memory.wait(0, 0, true),
      waker: () => void memory.notify(0, 1),
    }
    const { schedules } = explore({ memory, actors, reduce: false })
    expect(explore({ memory, actors }).schedules).toBe(schedules)
  })

  test('grows by the ways a choice can go', () => {
    const actors = { dice: () => choose(6), coin: () => choose(2) }
    expect(explore({ actors, reduce: false }).schedules).toBe(multinomial(1, 1) * 12)
  })

  test('of two steps each within 0, 1 and 2 preemptions is 2, 4 and 6', () => {
    const actors = { a: steps(2), b: steps(2) }
    const within = (preemptions: number) => explore({ memory, actors, preemptions }).schedules
    expect([0, 1, 2, 3].map(within)).toEqual([2, 4, 6, 6])
  })

  test('does not grow by words that nobody else touches', () => {
    const busy = (ptr: number) => () => {
      for (let step = 0; step < 20; step++) memory.store(ptr, step)
      memory.atomic.add(0, 1)
      return memory.load(ptr)
    }
    expect(explore({ memory, actors: { a: busy(4), b: busy(8), c: busy(12) } }).schedules).toBe(6)
  })

  test('does not grow by words that nobody writes, nor by points', () => {
    const reader = () => {
      point('begins')
      for (let ptr = 4; ptr < 64; ptr += 4) memory.load(ptr)
      memory.atomic.add(0, 1)
    }
    expect(explore({ memory, actors: { a: reader, b: reader } }).schedules).toBe(2)
  })

  test('does not grow by resources of the host that do not conflict', () => {
    const on = (name: string) => () =>
      step(name, (state: Map<string, number>) => state.set(name, 1).size > 9, { writes: [name] })
    const setup = () => new Map<string, number>()
    expect(explore({ setup, actors: { a: on('x'), b: on('y'), c: on('z') } }).schedules).toBe(1)
    expect(explore({ setup, actors: { a: on('x'), b: on('x'), c: on('z') } }).schedules).toBe(2)
  })

  test('is honest when stopped', () => {
    const report = explore({ memory, actors: { a: steps(5), b: steps(5) }, reduce: false, maxRuns: 10 })
    expect(report).toMatchObject({ complete: false, schedules: 10, runs: 10 })
    expect(report.summary).toMatch(/^stopped before the end: 10 schedules in 10 runs/)
    expect(explore({ memory, actors: { a: steps(5) } }).summary).toMatch(
      /^explored whole: 1 schedule in 1 run, 1 state, 5 steps, 0 cut, 0 held, \d+ ms$/,
    )
  })
})
