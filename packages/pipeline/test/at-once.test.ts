import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring } from './support.ts'

const torn = async (): Promise<never> => {
  throw new Error('torn')
}

describe('a function whose answer nobody awaits fails the run when it gives a promise, which always counts as true', () => {
  test.each<[says: string, run: () => Promise<unknown>]>([
    [
      'takeWhile: fn',
      () =>
        from([1, 2])
          .takeWhile(torn as never)
          .toArray(),
    ],
    [
      'partition: fn',
      () =>
        from([1, 2])
          .partition(torn as never)[0]
          .toArray(),
    ],
    ['dedupe: by', () => from([1, 2]).dedupe({ by: torn }).toArray()],
    ['batchWhile: fn', () => from([1, 2]).batchWhile(torn).toArray()],
    [
      'work: keyBy',
      () =>
        from([1, 2])
          .map((n) => n, { keyBy: torn, name: 'work' })
          .toArray(),
    ],
    [
      'work: retry.when',
      () =>
        from([1, 2])
          .map(torn, { retry: { times: 3, when: torn as never }, name: 'work' })
          .toArray(),
    ],
  ])('%s', async (says, run) => {
    const found = await unhandledDuring(async () => {
      expect((await rejection(run())).error).toEqual(new TypeError(`${says}: gave a promise, and is not awaited`))
    })
    expect(found).toEqual([])
  })

  test('a text for a weight is no number, and is not put behind the others', async () => {
    const weighed = from(['1', '2']).batch(9, { weight: (word) => word as never, maxWeight: 30 })
    expect((await rejection(weighed.toArray())).error).toEqual(
      new RangeError('batch: weight: expected 0 or more, got "1"'),
    )
    const expires = from([1, 2]).batchWhile(() => 1, { expiresInMs: () => '5' as never })
    expect((await rejection(expires.toArray())).error).toEqual(
      new RangeError('batchWhile: expiresInMs: expected 0 or more, got "5"'),
    )
  })
})

test('dedupe tells promises from each other that are the items', async () => {
  const [one, other] = [Promise.resolve(1), Promise.resolve(2)]
  const { sender, receiver } = channel<Promise<number>>({ capacity: 3 })
  await sender.sendMany([one, other, one])
  sender.close()
  expect(await from(receiver).dedupe().toArray()).toEqual([one, other])
})

test('bufferDropping fails when what is told of a drop fails later, and nothing is unhandled', async () => {
  const found = await unhandledDuring(async () => {
    const run = from(new Counted(9))
      .bufferDropping(1, 'oldest', { onDrop: torn })
      .map(async (n) => {
        await quiet()
        return n
      })
    expect((await rejection(run.toArray())).error).toEqual(new Error('torn'))
  })
  expect(found).toEqual([])
})
