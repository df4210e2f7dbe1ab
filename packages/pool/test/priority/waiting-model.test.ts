import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Held, priorityPool } from '../../src/index.ts'
import { type Job, rejection } from './support.ts'

type Outcome = string[] | 'in' | 'gave up' | 'waits'

/** A drain or a submit that was begun. */
interface Call {
  readonly kind: 'drain' | 'submit'
  /** How many a drain wants. */
  readonly n: number
  readonly job: Job
  outcome: Outcome
}

/** Who waits and for what, in the plainest way: it looks at everybody again each time. */
class Model {
  readonly calls: Call[] = []
  readonly held: Job[][] = []
  readonly #capacity: number
  #queued: Job[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  call(kind: Call['kind'], n: number, job: Job): void {
    this.calls.push({ kind, n, job, outcome: 'waits' })
    this.balance()
  }

  giveUp(call: Call): void {
    if (call.outcome === 'waits') call.outcome = 'gave up'
    this.balance()
  }

  take(n: number): Job[] {
    const taken = this.#queued.splice(0, n)
    this.balance()
    return taken
  }

  hold(n: number): Job[] {
    const taken = this.#queued.splice(0, n)
    this.held.push(taken)
    return taken
  }

  settle(index: number, isBack: boolean): void {
    const [jobs = []] = this.held.splice(index, 1)
    if (isBack) for (const job of jobs) this.#put(job)
    this.balance()
  }

  balance(): void {
    while (this.#serve() || this.#admit());
  }

  #free(): number {
    return this.#capacity - this.#queued.length - this.held.flat().length
  }

  #first(kind: Call['kind']): Call | undefined {
    return this.calls.find((call) => call.kind === kind && call.outcome === 'waits')
  }

  #serve(): boolean {
    const call = this.#first('drain')
    const isServed = this.#queued.length > 0 && (this.#queued.length >= (call?.n ?? 0) || this.#free() === 0)
    if (call === undefined || !isServed) return false
    call.outcome = this.#queued.splice(0, call.n).map(({ name }) => name)
    return true
  }

  #admit(): boolean {
    const call = this.#first('submit')
    if (call === undefined || this.#free() === 0) return false
    call.outcome = 'in'
    this.#put(call.job)
    return true
  }

  #put(job: Job): void {
    this.#queued.push(job)
    this.#queued.sort((a, b) => b.priority - a.priority || Number(a.name) - Number(b.name))
  }
}

const n = fc.integer({ min: 1, max: 5 })
const step = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('submit' as const), n }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('drain' as const), n }), weight: 2 },
  fc.record({ kind: fc.constantFrom('take' as const, 'hold' as const, 'release' as const, 'putBack' as const), n }),
  { arbitrary: fc.record({ kind: fc.constant('giveUp' as const), n: fc.nat(20) }), weight: 2 },
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function play(capacity: number, steps: readonly Step[]): Promise<void> {
  const model = new Model(capacity)
  const pool = priorityPool<Job>({ capacity, priority: ({ priority }) => priority })
  const outcomes: Outcome[] = []
  const aborts: AbortController[] = []
  const helds: Held<Job>[] = []
  for (const [at, one] of steps.entries()) {
    const job = { priority: one.n, name: String(at) }
    if (one.kind === 'submit' || one.kind === 'drain') {
      const abort = new AbortController()
      const id = aborts.push(abort) - 1
      const { signal } = abort
      const called =
        one.kind === 'submit'
          ? pool.submit(job, { signal }).then(() => 'in' as const)
          : pool.drain(one.n, { signal }).then((jobs) => jobs.map(({ name }) => name))
      outcomes[id] = 'waits'
      void called.catch(() => 'gave up' as const).then((outcome) => (outcomes[id] = outcome))
      model.call(one.kind, one.n, job)
    } else if (one.kind === 'take') expect(pool.tryDrain(one.n)).toEqual(model.take(one.n))
    else if (one.kind === 'hold') {
      const held = pool.tryHold(one.n)
      helds.push(held)
      expect(held.items).toEqual(model.hold(one.n))
    } else if (one.kind === 'giveUp') {
      aborts[one.n]?.abort()
      const call = model.calls[one.n]
      if (call !== undefined) model.giveUp(call)
    } else {
      helds.splice(one.n - 1, 1)[0]?.[one.kind]()
      model.settle(one.n - 1, one.kind === 'putBack')
    }
    const { length, held, waitingDrains, waitingSubmits } = pool.stats()
    expect(length + held).toBeLessThanOrEqual(capacity)
    const waiting = model.calls.filter(({ outcome }) => outcome === 'waits')
    expect([waitingDrains, waitingSubmits]).toEqual(
      ['drain', 'submit'].map((kind) => waiting.filter((call) => call.kind === kind).length),
    )
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(outcomes).toEqual(model.calls.map(({ outcome }) => outcome))
  pool.close()
}

describe('submits and drains that wait', () => {
  test('are served in their order, at once, and with what an array that is looked at again each time would give', async () => {
    const game = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 50 }))
    await fc.assert(
      fc.asyncProperty(game, ([capacity, steps]) => play(capacity, steps)),
      { numRuns: 500 },
    )
  })

  test('reject or resolve when the pool is closed, whoever they are', async () => {
    const pool = priorityPool<Job>({ capacity: 1 })
    const drains = [pool.drain(1), pool.drain(2)]
    const first = { priority: 1, name: 'a' }
    await pool.submit(first)
    pool.trySubmit({ priority: 1, name: 'b' })
    pool.close()
    expect(await Promise.all(drains)).toEqual([[first], [{ priority: 1, name: 'b' }]])
    expect(await rejection(pool.submit(first))).toMatchObject({ code: 'closed', value: first })
  })
})
