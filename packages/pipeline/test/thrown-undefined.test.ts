import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { type DeadLetter, from, type Pipeline } from '../src/index.ts'
import { rejection, unhandledDuring } from './support.ts'

const fails = (n: number): number => {
  if (n === 2) throw undefined
  return n
}
const rejects = async (n: number): Promise<number> => fails(n)
const three = () => from([1, 2, 3])

const pipelines: Record<string, () => Pipeline<unknown[] | number>> = {
  'a stage of several calls': () => three().map(fails, { concurrency: 3 }),
  'an unordered stage': () => three().map(rejects, { concurrency: 3, ordered: false }),
  'a stage with keys': () => three().map(rejects, { concurrency: 3, keyBy: (n) => n }),
  'a key': () => three().map((n) => n, { keyBy: fails }),
  'the last attempt': () => three().map(rejects, { retry: { times: 2 } }),
  'a call that may take so long': () => three().map(rejects, { timeoutMs: 60_000 }),
  filter: () => three().filter(fails),
  tap: () => three().tap(rejects),
  scan: () => three().scan((_, n) => fails(n), 0),
  flatMap: () => three().flatMap(async (n) => [fails(n)]),
  'an iterable of flatten': () =>
    from([
      (function* () {
        yield fails(2)
      })(),
    ]).flatten(),
  takeWhile: () => three().takeWhile(fails),
  batchWhile: () => three().batchWhile((_: number | undefined, n) => fails(n)),
  'the source': () =>
    from(
      (async function* () {
        yield fails(2)
      })(),
    ),
  'the source of a zip': () => three().zip(three().map(rejects)),
}

describe('undefined that is thrown fails the run with undefined', () => {
  for (const [where, pipeline] of Object.entries(pipelines)) {
    test(`by ${where}`, async () => {
      const found = await unhandledDuring(async () => {
        expect(await rejection(pipeline().toArray())).toEqual({ error: undefined })
        const consumed = (async () => {
          for await (const _ of pipeline());
        })()
        expect(await rejection(consumed)).toEqual({ error: undefined })
      })
      expect(found).toEqual([])
    })
  }
})

describe('undefined that is thrown', () => {
  test('fails a stream, and does not end it', async () => {
    await rejection(three().map(rejects).toReadable().toArray())
    const reader = three().map(fails).toReadableStream().getReader()
    expect((await reader.read()).value).toBe(1)
    await rejection(reader.read())
  })

  test('is collected, is in a dead letter, and is the error of a result', async () => {
    const { error } = await rejection(three().map(rejects).forEach(undefined, { errors: 'collect' }))
    expect((error as AggregateError).errors).toEqual([undefined])
    const letters = channel<DeadLetter<number>>({ capacity: 1 })
    expect(await three().map(rejects, { deadLetter: letters.sender }).toArray()).toEqual([1, 3])
    expect(await letters.receiver.receive()).toMatchObject({ item: 2, attempts: 1, error: undefined })
    expect((await three().attempt(rejects).toArray())[1]).toEqual({ ok: false, error: undefined })
  })
})
