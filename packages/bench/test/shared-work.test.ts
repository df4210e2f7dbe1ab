import { describe, expect, test } from 'vitest'
import { LostValuesError } from '../src/child.ts'
import { takeSamples } from '../src/shared/measure.ts'
import { items, numbers, type PayloadName, payloadOf, records } from '../src/shared/payload.ts'
import {
  Arrivals,
  answer,
  answerSync,
  ask,
  askSync,
  sendBatches,
  sendEach,
  takeEach,
  takeEachSync,
  takeMany,
} from '../src/shared/work.ts'

const NAMES: readonly PayloadName[] = ['u32', 'bytes-64', 'bytes-1024', 'object']
const FEW = [0, 1, 127, 128, 255, 256, 65_536, 16_777_216, 49_999_999]

describe.each(NAMES)('the payload %s', (name) => {
  test('reads the number of what it makes', () => {
    const { make, read } = payloadOf(name)
    expect(FEW.map((number) => read(make(number)))).toEqual(FEW)
  })

  test('makes many at a time, each of its own', () => {
    const { makeMany, read } = payloadOf(name)
    makeMany(0, 3)
    expect([...makeMany(1000, 128)].map(read)).toEqual(Array.from({ length: 128 }, (_, i) => 1000 + i))
    expect(makeMany(7, 2).map(read)).toEqual([7, 8])
  })
})

describe('a damaged value', () => {
  test('is told by the end of a record', () => {
    const { make, read } = records(64)
    expect(read(make(300).with(63, 0))).toBeNaN()
    expect(read(make(300).with(0, 1))).toBeNaN()
  })

  test('is told by the fields of an object', () => {
    const { make, read } = items()
    expect(read({ ...make(300), n: 1 })).toBeNaN()
    expect(read({ ...make(300), name: '' })).toBeNaN()
  })

  test('is taken and not counted', async () => {
    const values = [0, Number.NaN, 2]
    const tally = { received: 2, sum: 2 }
    let next = 0
    expect(takeEachSync(numbers(), () => values[next++] ?? 0)(3)).toEqual(tally)
    next = 0
    expect(await takeEach(numbers(), async () => values[next++] ?? 0)(3)).toEqual(tally)
    expect(await takeMany(numbers(), async () => values)(3)).toEqual(tally)
    const arrivals = new Arrivals(numbers())
    const counted = arrivals.expect(3)
    for (const value of values) arrivals.add(value)
    expect(await counted).toEqual(tally)
  })
})

describe('arrivals', () => {
  test('may come before it is known how many there will be', async () => {
    const arrivals = new Arrivals(numbers())
    arrivals.add(0)
    arrivals.add(1)
    const first = arrivals.expect(3)
    arrivals.add(2)
    expect(await first).toEqual({ received: 3, sum: 3 })
    for (const value of [0, 1]) arrivals.add(value)
    expect(await arrivals.expect(2)).toEqual({ received: 2, sum: 1 })
  })
})

describe('the two ends', () => {
  test('send each value once, one by one and in batches', async () => {
    const sent: number[] = []
    await sendEach(numbers(), async (value) => sent.push(value))(3)
    expect(sent).toEqual([0, 1, 2])
    const batches: number[][] = []
    await sendBatches(numbers(), 2, async (values) => batches.push([...values]))(5)
    expect(batches).toEqual([[0, 1], [2, 3], [4]])
  })

  test('time each round trip', async () => {
    const there: number[] = []
    const back: number[] = []
    const value = async (from: number[]) => {
      while (from.length === 0) await undefined
      return from.shift() ?? Number.NaN
    }
    const asking = ask(
      (number) => there.push(number),
      () => value(back),
    )
    const answering = answer(
      () => value(there),
      (number) => back.push(number),
    )
    const [tally] = await Promise.all([asking(5), answering(5)])
    expect(tally).toMatchObject({ received: 5, sum: 10 })
    expect(tally.latenciesMs?.length).toBe(5)
  })

  test('time each round trip that blocks', () => {
    const there: number[] = []
    const back: number[] = []
    const answerOne = answerSync(
      () => there.shift() ?? Number.NaN,
      (number) => back.push(number),
    )
    const asking = askSync(
      (number) => {
        there.push(number)
        answerOne(1)
      },
      () => back.shift() ?? Number.NaN,
    )
    expect(asking(5)).toMatchObject({ received: 5, sum: 10, latenciesMs: { length: 5 } })
  })

  test('end a batch that nothing follows', async () => {
    expect(await takeMany(numbers(), async () => [])(3)).toEqual({ received: 0, sum: 0 })
  })
})

describe('takeSamples', () => {
  const whole = (count: number) => ({ received: count, sum: (count * (count - 1)) / 2 })

  test('takes as many samples as asked for', async () => {
    const drive = async ({ items: count }: { items: number }) => whole(count)
    const samples = await takeSamples(drive, { capacity: 1 }, { sampleMs: 0.001, samples: 3 })
    expect(samples.itemsPerSecond).toHaveLength(3)
    expect(Math.min(...samples.itemsPerSecond)).toBeGreaterThan(0)
    expect(samples.p50Ns).toBeUndefined()
  })

  test('refuses a run that lost a value', async () => {
    const drive = async ({ items: count }: { items: number }) => ({ ...whole(count), received: count - 1 })
    await expect(takeSamples(drive, { capacity: 1 }, { sampleMs: 1, samples: 1 })).rejects.toThrow(LostValuesError)
  })
})
