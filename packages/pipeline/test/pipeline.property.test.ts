import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { quiet, unhandledDuring } from './support.ts'

const stagePlan = fc.record({
  kind: fc.constantFrom('map', 'filterMap', 'batch' as const),
  concurrency: fc.integer({ min: 1, max: 4 }),
  ordered: fc.boolean(),
  buffer: fc.integer({ min: 0, max: 3 }),
  plain: fc.boolean(),
})
type StagePlan = typeof stagePlan extends fc.Arbitrary<infer P> ? P : never

const runPlan = fc.record({
  items: fc.integer({ min: 0, max: 25 }),
  asyncSource: fc.boolean(),
  sourceBuffer: fc.integer({ min: 0, max: 3 }),
  stages: fc.array(stagePlan, { maxLength: 4 }),
  /** What ends the run early, after so many calls. */
  ending: fc.option(
    fc.record({ how: fc.constantFrom('throw', 'reject', 'abort', 'break' as const), after: fc.nat(40) }),
  ),
})
type RunPlan = typeof runPlan extends fc.Arbitrary<infer P> ? P : never

/** Runs a plan with calls that end in an order `random` decides, and records all there is to know. */
class Trial {
  readonly plan: RunPlan
  readonly error: Error = new Error('planned')
  readonly #random: () => number
  readonly #running: { finish: () => void }[] = []
  readonly limits: { stage: number; most: number; now: number }[]
  /** Numbers inside of the run, and the most there ever were. */
  taken = 0
  out = 0
  mostInside = 0
  calls = 0
  nexts = 0
  returned = 0
  ended = false
  dropped: number[] = []
  readonly #controller = new AbortController()

  constructor(plan: RunPlan, random: () => number) {
    this.plan = plan
    this.#random = random
    this.limits = plan.stages.map((_, stage) => ({ stage, most: 0, now: 0 }))
  }

  source(): Iterable<number> | AsyncIterable<number> {
    const next = (): IteratorResult<number, undefined> => {
      this.nexts++
      if (this.taken === this.plan.items) {
        this.ended = this.returned === 0 // It may have been told to return while it was inside of this next().
        return { done: true, value: undefined }
      }
      const value = this.taken++
      this.mostInside = Math.max(this.mostInside, this.taken - this.out - this.dropped.length)
      return { done: false, value }
    }
    const result = (): IteratorResult<number, undefined> => {
      this.returned++
      return { done: true, value: undefined }
    }
    if (!this.plan.asyncSource) return { [Symbol.iterator]: () => ({ next, return: result }) }
    return {
      [Symbol.asyncIterator]: () => ({ next: () => this.#later().then(next), return: async () => result() }),
    }
  }

  pipeline(): Pipeline<number | number[]> {
    let pipeline: Pipeline<number | number[]> = from<number | number[]>(this.source()).buffer(this.plan.sourceBuffer)
    this.plan.stages.forEach((stage, k) => {
      const { concurrency, ordered } = stage
      if (stage.kind === 'batch') pipeline = pipeline.batch(concurrency).map((items) => items.flat())
      else pipeline = pipeline[stage.kind]((item) => this.#call(stage, k, item) as number, { concurrency, ordered })
      pipeline = pipeline.buffer(stage.buffer)
    })
    return pipeline
  }

  /** The most numbers that may be inside: the limits of all parts, one item in the output and one in the consumer's hand. */
  get bound(): number {
    const { sourceBuffer, stages } = this.plan
    let size = 1
    let bound = stages.length > 0 ? sourceBuffer : Math.max(1, sourceBuffer)
    for (const { kind, concurrency, buffer } of stages) {
      if (kind === 'batch') {
        // Items are gathered while no array waits, and one array is gathered, waits, or is flattened.
        bound += concurrency * size
        size *= concurrency
        bound += (1 + buffer) * size
      } else bound += (concurrency + buffer) * size
    }
    return bound + 2 * size
  }

  #call(stage: StagePlan, k: number, item: number | number[]): unknown {
    this.calls++
    const { ending } = this.plan
    const due = ending !== null && this.calls > ending.after
    if (due && ending.how === 'throw') throw this.error
    if (due && ending.how === 'abort') this.#controller.abort(this.error)
    const result = (): unknown => {
      const drops =
        stage.kind === 'filterMap' && [item].flat()[0] !== undefined && ([item].flat()[0] as number) % 3 === 0
      if (drops) this.dropped.push(...[item].flat())
      return drops ? undefined : item
    }
    if (stage.plain) return result()
    const limit = this.limits[k] as (typeof this.limits)[number]
    limit.most = Math.max(limit.most, ++limit.now)
    return this.#later().then(() => {
      limit.now--
      if (due && ending.how === 'reject') throw this.error
      return result()
    })
  }

  #later(): Promise<void> {
    return new Promise((resolve) => this.#running.push({ finish: resolve }))
  }

  async #drive(until: Promise<unknown>): Promise<void> {
    let over = false
    const end = (): void => {
      over = true
    }
    until.then(end, end)
    for (let idle = 0; !over && idle < 20; ) {
      await quiet()
      const count = this.#running.length
      idle = count === 0 ? idle + 1 : 0
      for (let n = Math.ceil(this.#random() * Math.min(2, count)); n > 0; n--) {
        this.#running.splice(Math.floor(this.#random() * this.#running.length), 1)[0]?.finish()
      }
    }
    if (!over) throw new Error('the run hangs')
  }

  async run(): Promise<{ results: number[]; error: unknown }> {
    const results: number[] = []
    let left = 0
    const consumed = (async () => {
      const { ending } = this.plan
      const run = this.pipeline().run({ signal: this.#controller.signal })
      try {
        for await (const item of run.output) {
          results.push(...[item].flat())
          this.out += [item].flat().length
          if (ending?.how === 'break' && ++left > ending.after / 4) break
        }
      } finally {
        await run[Symbol.asyncDispose]()
      }
    })()
    let error: unknown
    consumed.catch((reason) => {
      error = reason
    })
    await this.#drive(consumed)
    await quiet()
    return { results, error }
  }
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 0x100000000
  }
}

describe('whatever the stages, the order in which calls end, and what goes wrong', () => {
  test('no item is lost or doubled, order and limits hold, errors surface, the source is closed, nothing is left running', async () => {
    const unhandled = await unhandledDuring(() =>
      fc.assert(
        fc.asyncProperty(runPlan, fc.integer(), async (plan, seed) => {
          const trial = new Trial(plan, generator(seed))
          const { results, error } = await trial.run()
          const complete = [...Array(plan.items).keys()].filter((n) => !trial.dropped.includes(n))
          const sorted = results.toSorted((a, b) => a - b)

          expect(error === undefined || error === trial.error).toBe(true)
          if (plan.ending === null) expect(error).toBeUndefined()
          expect(new Set(results).size).toBe(results.length)
          if (error === undefined && plan.ending?.how !== 'break') expect(sorted).toEqual(complete)
          if (plan.stages.every(({ ordered }) => ordered)) expect(results).toEqual(complete.slice(0, results.length))

          for (const { stage, most, now } of trial.limits) {
            expect(most).toBeLessThanOrEqual(plan.stages[stage]?.concurrency ?? 0)
            expect(now).toBe(0)
          }
          expect(trial.mostInside).toBeLessThanOrEqual(trial.bound)
          // The last answer of an asynchronous source may be on its way when the run ends: then it is told to return as well.
          const known = !plan.asyncSource || plan.ending === null
          if (trial.ended && !known) expect(trial.returned).toBeLessThanOrEqual(1)
          else expect(trial.returned).toBe(trial.ended ? 0 : 1)
        }),
        { numRuns: 1000 },
      ),
    )
    expect(unhandled).toEqual([])
  })
})
