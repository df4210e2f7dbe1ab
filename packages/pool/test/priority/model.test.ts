import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Held, type PriorityPool, type PriorityPoolOptions, priorityPool } from '../../src/index.ts'
import { FakeClock } from './support.ts'

interface Item {
  readonly id: number
  readonly priority: number
  /** The priority, or with ageing one that is true for ever. */
  readonly rank: number
  readonly key: string | undefined
  readonly expiresAt: number
}

/** The pool, in the plainest way: an array that is sorted again each time. */
class Model {
  readonly queued: Item[] = []
  readonly held: Item[][] = []
  readonly left: string[] = []
  readonly #capacity: number
  readonly #isEvicting: boolean

  constructor(capacity: number, isEvicting: boolean) {
    this.#capacity = capacity
    this.#isEvicting = isEvicting
  }

  submit(item: Item): string {
    const same = this.#same(item)
    if (same !== undefined && item.rank <= same.rank) return 'duplicate'
    if (same !== undefined) this.#putOut(same, 'replaced')
    else if (this.queued.length + this.held.flat().length === this.#capacity) {
      const last = this.queued.at(-1)
      if (!this.#isEvicting || last === undefined || item.rank <= last.rank) return 'full'
      this.#putOut(last, 'evicted')
    }
    this.queued.push(item)
    this.sort()
    return same === undefined ? 'submitted' : 'replaced'
  }

  putBack(items: readonly Item[], now: number): void {
    for (const item of items) {
      const same = this.#same(item)
      if (item.expiresAt <= now) this.left.push(`${item.id} expired`)
      else if (same !== undefined && same.rank > item.rank) this.left.push(`${item.id} replaced`)
      else {
        if (same !== undefined) this.#putOut(same, 'replaced')
        this.queued.push(item)
      }
    }
    this.sort()
  }

  expire(now: number): void {
    for (const item of this.queued.filter(({ expiresAt }) => expiresAt <= now)) this.#putOut(item, 'expired')
  }

  sort(): void {
    this.queued.sort((a, b) => b.rank - a.rank || a.id - b.id)
  }

  #same({ key }: Item): Item | undefined {
    return this.queued.find((other) => key !== undefined && other.key === key)
  }

  #putOut(item: Item, reason: string): void {
    this.queued.splice(this.queued.indexOf(item), 1)
    this.left.push(`${item.id} ${reason}`)
  }
}

const step = fc.oneof(
  // So often that the pool is full at times.
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      priority: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0.5, -2, 1023, 1024, 2 ** 40)),
      key: fc.option(fc.constantFrom('a', 'b'), { nil: undefined, freq: 3 }),
      ttlMs: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined, freq: 3 }),
      hasTicket: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constantFrom('drain' as const, 'hold' as const), n: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constantFrom('release' as const, 'putBack' as const), n: fc.nat(3) }),
  fc.record({ kind: fc.constant('remove' as const), n: fc.nat(5) }),
  fc.record({ kind: fc.constant('clear' as const) }),
  fc.record({ kind: fc.constant('move' as const), n: fc.integer({ min: 1, max: 10 }) }),
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function play(options: Partial<PriorityPoolOptions<Item>>, capacity: number, steps: readonly Step[]): void {
  const clock = new FakeClock()
  const left: string[] = []
  const isEvicting = options.overflow === 'evict-lowest'
  const model = new Model(capacity, isEvicting)
  const onEvict = ({ id }: Item, reason: string) => void left.push(`${id} ${reason}`)
  const pool: PriorityPool<Item> = priorityPool<Item>({ capacity, clock, onEvict, overflow: 'reject', ...options })
  const helds: Held<Item>[] = []
  let id = 0
  for (const one of steps) {
    model.expire(clock.now())
    if (one.kind === 'submit') {
      const { priority, key, ttlMs } = one
      const expiresAt = ttlMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + ttlMs
      const rank = priority - (options.ageingMs === undefined ? 0 : clock.now() / options.ageingMs)
      const item = { id: id++, priority, rank, key, expiresAt }
      const how = { key, ttlMs, ...(options.compare === undefined && { priority }) }
      const expected = model.submit(item)
      // What came of a submit with a ticket is seen by what is in the pool then.
      if (one.hasTicket) pool.submit(item, how).catch(() => {})
      else expect(pool.trySubmit(item, how)).toBe(expected)
    } else if (one.kind === 'drain') expect(pool.tryDrain(one.n)).toEqual(model.queued.splice(0, one.n))
    else if (one.kind === 'hold') {
      const held = pool.tryHold(one.n)
      helds.push(held)
      model.held.push(model.queued.splice(0, one.n))
      expect(held.items).toEqual(model.held.at(-1))
    } else if (one.kind === 'release' || one.kind === 'putBack') {
      const [held] = helds.splice(one.n, 1)
      const [items = []] = model.held.splice(one.n, 1)
      if (one.kind === 'release') held?.release()
      else {
        held?.putBack()
        model.putBack(items, clock.now())
      }
    } else if (one.kind === 'remove') {
      const isMeant = (item: Item) => item.id % 6 === one.n
      expect(pool.remove(isMeant)).toEqual(model.queued.filter(isMeant))
      model.queued.splice(0, Number.POSITIVE_INFINITY, ...model.queued.filter((item) => !isMeant(item)))
    } else if (one.kind === 'clear') expect(pool.clear()).toEqual(model.queued.splice(0))
    else clock.move(one.n)
    model.expire(clock.now())
    expect(pool.length).toBe(model.queued.length)
    expect(pool.peek()).toEqual(model.queued[0])
    expect([...left].sort()).toEqual([...model.left].sort())
    const { submitted, drained, evicted, expired, replaced, removed, length, held } = pool.stats()
    expect(submitted).toBe(drained + evicted + expired + replaced + removed + length + held)
    expect(length + held).toBeLessThanOrEqual(capacity)
  }
  expect(pool.tryDrain(100)).toEqual(model.queued)
}

describe('a priority pool does what an array does that is sorted each time', () => {
  test.each([
    ['ranked', {}],
    ['ranked, evicting', { overflow: 'evict-lowest' as const }],
    ['in a heap, evicting', { structure: 'heap' as const, overflow: 'evict-lowest' as const }],
    ['ranked, ageing', { ageingMs: 4 }],
    ['ranked, ageing and evicting', { ageingMs: 4, overflow: 'evict-lowest' as const }],
    ['compared', { compare: (a: Item, b: Item) => b.priority - a.priority }],
    [
      'compared, evicting',
      { compare: (a: Item, b: Item) => b.priority - a.priority, overflow: 'evict-lowest' as const },
    ],
  ])('%s', (_, options) => {
    const game = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }))
    fc.assert(
      fc.property(game, ([capacity, steps]) => play(options, capacity, steps)),
      { numRuns: 400 },
    )
  })
})
