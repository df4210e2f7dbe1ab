import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { from, type Pipeline } from '../src/index.ts'
import { simulate } from '../src/trace/simulate.ts'
import { type Trace, trace } from '../src/trace.ts'
import { quiet, rejection, unhandledDuring } from './support.ts'
import { VirtualTime } from './virtual-time.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** The calls of a stage, counted from 1: [item, from, to]. */
function callsOf(traced: Trace, stage: number): number[][] {
  const { length, item, stage: stages, beganMs, endedMs } = traced.calls()
  return numbers(length)
    .filter((call) => stages[call] === stage)
    .map((call) => [item[call], beganMs[call], endedMs[call]] as number[])
}

describe('trace', () => {
  test('tells when each call of each item began and ended, and when the item left', async () => {
    const [time, traced] = [new VirtualTime(), trace()]
    const done = from(numbers(3))
      .map((n) => time.after(10 * (3 - n), n), { concurrency: 3 })
      .map((n) => time.after(5, n))
      .forEach(undefined, { clock: time, trace: traced })
    await time.runToEnd()
    await done
    expect(callsOf(traced, 1)).toEqual([
      [0, 0, 30],
      [1, 0, 20],
      [2, 0, 10],
    ])
    expect(callsOf(traced, 2)).toEqual([
      [0, 30, 35],
      [1, 35, 40],
      [2, 40, 45],
    ])
    expect(callsOf(traced, 3)).toEqual([
      [0, 35, 35],
      [1, 40, 40],
      [2, 45, 45],
    ])
  })

  test('is taken by JSON.stringify as it is, while the run goes on and after it', async () => {
    const [time, traced] = [new VirtualTime(), trace({ mostCalls: 5 })]
    const done = from(numbers(2))
      .map((n) => time.after(10, n), { name: 'wait' })
      .buffer(3)
      .forEach(undefined, { clock: time, trace: traced })
    await quiet()
    expect(JSON.parse(JSON.stringify(traced))).not.toHaveProperty('stats')
    await time.runToEnd()
    await done
    const json = JSON.parse(JSON.stringify(traced))
    expect(json).toEqual(traced.toJSON())
    expect(json).toMatchObject({ elapsedMs: 20, dropped: 1, stages: [{ name: 'wait', buffer: 3 }] })
    expect(json.stats.stages[0]).toMatchObject({ name: 'wait', received: 2 })
    const { item, stage, beganMs, endedMs } = json.calls
    expect(numbers(item.length).map((call) => [stage[call], item[call], beganMs[call], endedMs[call]])).toContainEqual([
      1, 1, 10, 20,
    ])
  })

  test('follows an item through stages that drop, gather and split', async () => {
    const traced = trace()
    const out = await from(numbers(6))
      .filter((n) => n !== 2)
      .batch(2)
      .map((pair) => pair)
      .unbatch()
      .map((n) => n)
      .toArray({ trace: traced })
    expect(out).toEqual([0, 1, 3, 4, 5])
    const ids = callsOf(traced, 1).map(([item]) => item)
    expect(new Set(ids).size).toBe(6)
    // A batch is known by its first item.
    expect(callsOf(traced, 3).map(([item]) => item)).toEqual([ids[0], ids[3], ids[5]])
    expect(callsOf(traced, 5)).toHaveLength(5)
    expect(callsOf(traced, 6)).toHaveLength(5)
  })

  test('of a run that failed has what happened until then', async () => {
    const traced = trace()
    await rejection(
      from([1, 2, 3])
        .map((n) => {
          if (n === 2) throw new Error('torn')
          return n
        })
        .toArray({ trace: traced }),
    )
    expect(callsOf(traced, 1)).toHaveLength(2)
    expect(traced.toHtml()).toContain('<!doctype html>')
  })

  test('keeps the first calls if there are more than it may keep, and counts the others', async () => {
    const traced = trace({ mostCalls: 5 })
    await from(numbers(9))
      .map((n) => n)
      .forEach(undefined, { trace: traced })
    expect(traced.calls().length).toBe(5)
    expect(JSON.parse(dataOf(traced.toHtml())).dropped).toBe(22)
  })

  test.each(['came', 'began', 'ended', 'leaves', 'end'] as const)(
    'that throws in %s fails the run, and holds up nothing',
    async (method) => {
      const broken = trace()
      broken[method] = () => {
        throw new Error('full')
      }
      const found = await unhandledDuring(async () => {
        const run = from([1, 2, 3])
          .map(async (n) => n)
          .toArray({ trace: broken })
        if (method === 'end') expect(await run).toEqual([1, 2, 3])
        else expect((await rejection(run)).error).toEqual(new Error('full'))
      })
      expect(found).toEqual([])
    },
  )

  test('shows what has happened so far while the run goes on', async () => {
    const [time, traced] = [new VirtualTime(), trace()]
    const run = from([1, 2])
      .map((n) => time.after(10 * n, n), { concurrency: 2 })
      .run({ clock: time, trace: traced })
    await quiet()
    time.pass(10)
    run.stats()
    await time.runToEnd()
    expect(callsOf(traced, 1).map(([, from, to]) => [from, to])).toEqual([
      [0, 10],
      [0, 20],
    ])
    expect(JSON.parse(dataOf(traced.toHtml())).elapsedMs).toBe(20)
    run.abort()
  })

  test('tells stages apart up to 254, and refuses more', async () => {
    const chain = (length: number) => numbers(length).reduce((items) => items.map((n) => n), from([1]))
    const traced = trace()
    await chain(254).toArray({ trace: traced })
    expect(callsOf(traced, 254)).toHaveLength(1)
    expect(callsOf(traced, 255)).toHaveLength(1)
    expect(() => chain(255).run({ trace: trace() })).toThrow('run: trace: expected at most 254 stages, got 255')
  })

  test('is for one run, and nothing else is one', () => {
    const traced = trace()
    from([1]).run({ trace: traced })
    expect(() => from([1]).run({ trace: traced })).toThrow('run: trace: it has recorded a run already; take a new one')
    expect(() => from([1]).run({ trace: {} as never })).toThrow('run: trace: expected a trace, got [object Object]')
    expect(() => trace({ mostCalls: 0 })).toThrow(/^trace: mostCalls: /)
    expect(() => traced.toHtml(5 as never)).toThrow('toHtml: title: expected a string, got 5')
  })
})

const stage = fc.record({
  concurrency: fc.integer({ min: 1, max: 5 }),
  buffer: fc.nat(4),
  ordered: fc.boolean(),
})

/** A pipeline whose calls take these times, and give nothing where no later stage has one. */
function pipelineOf(
  time: VirtualTime,
  stages: readonly Settings[],
  items: readonly (readonly number[])[],
): Pipeline<number> {
  let pipeline = from(numbers(items.length))
  stages.forEach(({ buffer, ...options }, i) => {
    pipeline = pipeline
      .filterMap((n) => time.after(items[n]?.[i] ?? 0, items[n]?.length === i + 1 ? undefined : n), options)
      .buffer(buffer)
  })
  return pipeline
}

interface Settings {
  readonly concurrency: number
  readonly buffer: number
  readonly ordered: boolean
}

async function elapsedOf(
  stages: readonly Settings[],
  items: readonly (readonly number[])[],
  traced?: Trace,
): Promise<number> {
  const time = new VirtualTime()
  const done = pipelineOf(time, stages, items).forEach(undefined, { clock: time, trace: traced })
  await time.runToEnd()
  return (await done).elapsedMs
}

/** No two events at the same time: what happens then in which order is nobody's promise. */
const durations = fc.array(fc.array(fc.double({ min: 1, max: 9, noNaN: true }), { minLength: 1, maxLength: 3 }), {
  maxLength: 25,
})

describe('a simulation', () => {
  test('takes exactly as long as the pipeline itself, whatever the settings and durations', async () => {
    const property = fc.asyncProperty(
      fc.array(stage, { minLength: 3, maxLength: 3 }),
      durations,
      async (stages, items) => {
        const models = [{ concurrency: 1, buffer: 0, ordered: true }, ...stages]
        const asked = items.map((ms) => ({
          calls: [{ ms: 0, isSync: true }, ...ms.map((each) => ({ ms: each, isSync: false }))],
          leaves: false,
        }))
        expect(simulate(models, asked)).toBeCloseTo(await elapsedOf(stages, items), 5)
      },
    )
    await fc.assert(property, { numRuns: 200 })
  })

  test('foretells how long the run takes with the change that it proposes', async () => {
    const items = numbers(60).map((n) => [3 + ((n * 7) % 5) / 3 + n / 1_003, 20 + ((n * 3) % 7) + n / 777])
    const stages = [
      { concurrency: 2, buffer: 0, ordered: true },
      { concurrency: 4, buffer: 0, ordered: true },
    ]
    const traced = trace()
    await elapsedOf(stages, items, traced)
    const { gains, asItIsMs } = traced.analyze()
    expect(asItIsMs).toBeCloseTo(await elapsedOf(stages, items), 6)
    const doubled = gains.find(({ change }) => change === 'filterMap 2: concurrency 8 in place of 4')
    const truth = await elapsedOf([stages[0] as Settings, { ...(stages[1] as Settings), concurrency: 8 }], items)
    expect(doubled?.elapsedMs).toBeCloseTo(truth, 6)
    expect(gains[0]).toBe(doubled)
    for (const { times } of gains) expect(times).toBeGreaterThanOrEqual(1.02)
  })

  test('proposes a buffer where some items are slow, and tells what it gains', async () => {
    const items = numbers(60).map((n) => [(n % 5 === 0 ? 60 : 10) + n / 1_003, 5 + n / 777])
    const last = { concurrency: 4, buffer: 0, ordered: true }
    const stages = [{ concurrency: 4, buffer: 0, ordered: true }, last]
    const traced = trace()
    await elapsedOf(stages, items, traced)
    const { gains } = traced.analyze()
    const buffered = gains.find(({ change }) => change === 'filterMap 1: buffer 4 in place of 0')
    const truth = await elapsedOf([{ concurrency: 4, buffer: 4, ordered: true }, last], items)
    expect(buffered?.elapsedMs).toBeCloseTo(truth, 6)
    expect(gains.map(({ times }) => times)).toEqual(gains.map(({ times }) => times).sort((a, b) => b - a))
  })

  test('knows that functions which return at once gain by threads and not by concurrency', () => {
    const [source, one, many] = [1, 1, 8].map((concurrency) => ({ concurrency, buffer: 0, ordered: true }))
    const items = (isSync: boolean) => numbers(16).map(() => ({ calls: [undefined, { ms: 10, isSync }], leaves: true }))
    const models = (model = one) => [source, model].filter((each) => each !== undefined)
    expect(simulate(models(), items(true))).toBe(160)
    expect(simulate(models(many), items(true))).toBe(160)
    expect(simulate(models(many), items(false))).toBe(20)
  })
})

function dataOf(html: string): string {
  return html.match(/<script type="application\/json" id="data">(.*?)<\/script>/s)?.[1] ?? ''
}

describe('the page of a trace', () => {
  test('needs no network, and is not broken by what stages and runs are called', async () => {
    const traced = trace()
    const name = '</script><b>"&'
    await from([1, 2])
      .map((n) => n, { name })
      .toArray({ trace: traced })
    const html = traced.toHtml(name)
    expect(html).toContain('<title>&lt;/script>&lt;b>&quot;&amp;</title>')
    expect(html).not.toMatch(/https?:|src=|href=|import\(/)
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(JSON.parse(dataOf(html)).stages[0].name).toBe(name)
    const code = html.match(/<script type="module">(.*?)<\/script>/s)?.[1] ?? ''
    expect(new vm.Script(code)).toBeDefined()
  })
})
