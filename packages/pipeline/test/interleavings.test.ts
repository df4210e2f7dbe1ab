import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { Counted } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

const stagePlan = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  buffer: fc.nat(2),
  ordered: fc.boolean(),
  isKeyed: fc.boolean(),
})
type StagePlan = typeof stagePlan extends fc.Arbitrary<infer P> ? P : never

/** What runs at a time, in all and of each key. */
class Running {
  most = 0
  mostOfKey = 0
  readonly begun: number[] = []
  readonly #now = new Map<number, number>()

  async during(item: number, wait: () => Promise<unknown>): Promise<number> {
    const key = item % 3
    this.begun.push(item)
    this.#now.set(key, (this.#now.get(key) ?? 0) + 1)
    this.mostOfKey = Math.max(this.mostOfKey, this.#now.get(key) as number)
    this.most = Math.max(
      this.most,
      [...this.#now.values()].reduce((a, b) => a + b, 0),
    )
    await wait()
    this.#now.set(key, (this.#now.get(key) as number) - 1)
    return item
  }
}

/** A pipeline whose source and calls go on when the scheduler says so. */
function pipelineOf(
  scheduler: fc.Scheduler,
  count: number,
  stages: readonly StagePlan[],
): [Pipeline<number>, Running[]] {
  const source = (async function* () {
    for (const n of numbers(count)) yield await scheduler.schedule(Promise.resolve(n), `source ${n}`)
  })()
  let pipeline = from(source)
  const running = stages.map(({ concurrency, buffer, ordered, isKeyed }, k) => {
    const calls = new Running()
    const fn = (item: number) => calls.during(item, () => scheduler.schedule(Promise.resolve(), `stage ${k}: ${item}`))
    pipeline = pipeline.map(fn, { concurrency, ordered, keyBy: isKeyed ? (n) => n % 3 : undefined }).buffer(buffer)
    return calls
  })
  return [pipeline, running]
}

function expectWell(out: number[], count: number, stages: readonly StagePlan[], running: readonly Running[]): void {
  expect(out.toSorted((a, b) => a - b)).toEqual(numbers(count))
  if (stages.every(({ ordered }) => ordered)) expect(out).toEqual(numbers(count))
  stages.forEach(({ concurrency, isKeyed, ordered }, k) => {
    const { most, mostOfKey, begun } = running[k] as Running
    expect(most).toBeLessThanOrEqual(concurrency)
    if (!isKeyed) return
    expect(mostOfKey).toBeLessThanOrEqual(1)
    if (!stages.slice(0, k).every((before) => before.ordered) || !ordered) return
    for (const key of [0, 1, 2]) {
      const ofKey = begun.filter((n) => n % 3 === key)
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b))
    }
  })
}

const settings = [fc.scheduler(), fc.array(stagePlan, { minLength: 1, maxLength: 3 }), fc.nat(9)] as const

describe('every interleaving that the scheduler of fast-check finds', () => {
  test('keeps order, count and limits, into an array', async () => {
    const property = fc.asyncProperty(...settings, async (scheduler, stages, count) => {
      const [pipeline, running] = pipelineOf(scheduler, count, stages)
      expectWell(await scheduler.waitFor(pipeline.toArray()), count, stages, running)
    })
    await fc.assert(property, { numRuns: 400 })
  })

  test('keeps order, count and limits, with a budget for all items, out of a for await that waits as well', async () => {
    const property = fc.asyncProperty(
      ...settings,
      fc.integer({ min: 1, max: 6 }),
      async (scheduler, stages, count, inFlight) => {
        const [pipeline, running] = pipelineOf(scheduler, count, stages)
        const run = pipeline.run({ inFlight })
        const consume = async (): Promise<number[]> => {
          const out: number[] = []
          for await (const n of run.output) {
            const held = run.stats().stages.map((stage) => stage.running + stage.waiting + stage.parked)
            expect(held.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(inFlight)
            out.push(n)
            await scheduler.schedule(Promise.resolve(), `consumer ${n}`)
          }
          return out
        }
        expectWell(await scheduler.waitFor(consume()), count, stages, running)
      },
    )
    await fc.assert(property, { numRuns: 400 })
  })

  test('gives what next() is called for, also when it is called ahead', async () => {
    const property = fc.asyncProperty(...settings, async (scheduler, stages, count) => {
      const [pipeline, running] = pipelineOf(scheduler, count, stages)
      const iterator = pipeline[Symbol.asyncIterator]()
      const asked = Array.from({ length: count + 2 }, () => iterator.next())
      const answers = await scheduler.waitFor(Promise.all(asked))
      expect(answers.slice(count)).toEqual(Array(2).fill({ done: true, value: undefined }))
      expectWell(
        answers.slice(0, count).map(({ value }) => value as number),
        count,
        stages,
        running,
      )
    })
    await fc.assert(property, { numRuns: 200 })
  })
})

describe('memory', () => {
  test('is flat over ten million items', async () => {
    const heap = (): number => {
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    const seen: number[] = []
    await from(new Counted(10_000_000))
      .map((n) => n + 1, { concurrency: 16 })
      .filterMap((n) => (n % 2 === 0 ? n : undefined), { ordered: false })
      .forEach((n) => {
        if (n % 1_000_000 === 0) seen.push(heap())
      })
    expect(seen).toHaveLength(10)
    // Of the last ones the least: code that is compiled at some moment is no item.
    expect(Math.min(...seen.slice(-3)) - Math.max(...seen.slice(0, 3))).toBeLessThan(200_000)
  }, 180_000)
})
