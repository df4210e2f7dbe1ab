import { describe, expect, test } from 'vitest'
import { type PriorityPool, priorityPool } from '../../src/index.ts'
import { randomFrom } from './support.ts'

interface Item {
  readonly priority: number
  readonly number: number
}

/** A pool of items without tickets, and what was drained of it. */
class Crowd {
  readonly pool: PriorityPool<Item> = priorityPool({ capacity: 10_000_000, priority: ({ priority }) => priority })
  readonly submitted: Item[] = []
  readonly drained: Item[] = []

  submit(count: number, priority: () => number): void {
    for (let i = 0; i < count; i++) {
      const item = { priority: priority(), number: this.submitted.length }
      expect(this.pool.trySubmit(item)).toBe('submitted')
      this.submitted.push(item)
    }
  }

  drain(count: number): Item[] {
    const items = this.pool.tryDrain(count)
    this.drained.push(...items)
    return items
  }
}

const inOrder = (items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => b.priority - a.priority || a.number - b.number)

describe('a priority pool of very many', () => {
  test.each([
    ['as many priorities as items', (chance: number) => Math.floor(chance * 2 ** 20)],
    ['few priorities', (chance: number) => 2_000 + Math.floor(chance * 3)],
    ['the priorities that lie furthest apart', (chance: number) => (chance < 0.5 ? 1 - 2 ** 20 : 2 ** 20 - 1)],
    [
      'priorities that are too far apart for the quickest way',
      (chance: number) => (chance < 0.5 ? -(2 ** 20) : 2 ** 20),
    ],
    [
      'priorities of which one in a thousand is a fraction',
      (chance: number) => (chance < 0.001 ? chance : Math.floor(chance * 5_000)),
    ],
  ])('drains them all in order: %s', (_, priorityOf) => {
    const random = randomFrom(7)
    const crowd = new Crowd()
    crowd.submit(50_000, () => priorityOf(random()))
    expect(crowd.drain(100_000)).toEqual(inOrder(crowd.submitted))
  })

  test('drains the highest first while others come, and leaves the lowest to the end', () => {
    const random = randomFrom(8)
    const crowd = new Crowd()
    for (let round = 0; round < 60; round++) {
      crowd.submit(5_000, () => Math.floor(random() * 2 ** 20))
      // As many as keep the pool from growing: what is left are the lowest of all that came, in ever more runs.
      const items = crowd.drain(4_900)
      expect(items).toEqual(inOrder(items))
      expect(items.at(-1)?.priority).toBeGreaterThanOrEqual(crowd.pool.peek()?.priority ?? 0)
    }
    const last = crowd.drain(100_000)
    expect(last).toEqual(inOrder(last))
    expect(last).toHaveLength(6_000)
    expect(inOrder(crowd.drained)).toEqual(inOrder(crowd.submitted))
  })

  test('numbers begin anew when it is empty, and the order holds', () => {
    const random = randomFrom(9)
    const crowd = new Crowd()
    for (let round = 0; round < 5; round++) {
      const from = crowd.submitted.length
      crowd.submit(10_000, () => 5_000 + Math.floor(random() * 7))
      expect(crowd.drain(20_000)).toEqual(inOrder(crowd.submitted.slice(from)))
    }
  })

  test('hands back, holds and removes them in order, too', () => {
    const random = randomFrom(10)
    const crowd = new Crowd()
    crowd.submit(20_000, () => Math.floor(random() * 2 ** 20))
    const all = inOrder(crowd.submitted)
    const held = crowd.pool.tryHold(10_000)
    expect(held.items).toEqual(all.slice(0, 10_000))
    held.putBack()
    expect(crowd.pool.remove(({ number }) => number % 2 === 0)).toEqual(all.filter(({ number }) => number % 2 === 0))
    expect(crowd.pool.clear()).toEqual(all.filter(({ number }) => number % 2 === 1))
  })
})
