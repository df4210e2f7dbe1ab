import { channel, type Value } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, rejection, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('attempt, mapOk and mapErr', () => {
  test('keep errors in their place among the items', async () => {
    const work = new Work<number>()
    const run = from(numbers(3))
      .attempt(work.fn, { concurrency: 3 })
      .mapOk((n) => n * 10)
      .mapErr(String)
      .toArray()
    await quiet()
    await work.finish(2, 2)
    await work.fail(1, 'tea')
    await work.finish(0, 0)
    expect(await run).toEqual([
      { ok: true, value: 0 },
      { ok: false, error: 'tea' },
      { ok: true, value: 20 },
    ])
  })

  test('make an error of what mapOk throws, and leave what is not theirs alone', async () => {
    const results = from([1, 2])
      .attempt((n) => n)
      .mapOk((n) => {
        if (n === 1) throw new RangeError('one')
        return n
      })
    expect(await results.toArray()).toEqual([
      { ok: false, error: new RangeError('one') },
      { ok: true, value: 2 },
    ])
  })

  test('keep errors in their place also where they pass by a call that runs', async () => {
    const work = new Work<string>()
    const results = from(['a', 'torn', 'b'])
      .attempt((word) => {
        if (word === 'torn') throw word
        return word
      })
      .mapOk(work.fn, { concurrency: 3 })
      .mapErr(async (error) => String(error), { concurrency: 3 })
      .toArray()
    await quiet()
    expect(work.running).toEqual(['a', 'b'])
    await work.finish('b', 'B')
    await work.finish('a', 'A')
    expect(await results).toEqual([
      { ok: true, value: 'A' },
      { ok: false, error: 'torn' },
      { ok: true, value: 'B' },
    ])
  })

  test('fail for what is no result', async () => {
    const { error } = await rejection(
      from([1])
        .mapOk((n) => n)
        .toArray(),
    )
    expect(error).toEqual(
      new TypeError('mapOk 1: expected a result { ok: true, value } or { ok: false, error }, got 1'),
    )
  })
})

describe('catch', () => {
  const odd = (n: number) => {
    if (n % 2 === 1) throw `odd ${n}`
    return n
  }

  test('sends errors to a channel, and waits while it is full', async () => {
    const errors = channel<Value>({ capacity: 1 })
    const source = new Counted(100)
    const values = from(source).attempt(odd).catch(errors.sender).toArray()
    await quiet()
    expect(source.taken).toBeLessThan(10)
    const seen: Value[] = []
    while (seen.length < 50) seen.push(...(await errors.receiver.receiveMany(10)))
    expect(seen).toEqual(numbers(50).map((n) => `odd ${2 * n + 1}`))
    expect(await values).toHaveLength(50)
  })

  test('leaves the channel open, with the errors that nobody has received', async () => {
    const errors = channel<Value>({ capacity: 10 })
    expect(await from(numbers(4)).attempt(odd).catch(errors.sender).toArray()).toEqual([0, 2])
    expect([errors.sender.closed, await errors.receiver.receiveMany(10)]).toEqual([false, ['odd 1', 'odd 3']])
  })

  test('with abort fails with the first error when it was sent', async () => {
    const errors = channel<Value>({ capacity: 10 })
    const { error } = await rejection(from(numbers(9)).attempt(odd).catchAbort(errors.sender).toArray())
    expect([error, await errors.receiver.receiveMany(10)]).toEqual(['odd 1', ['odd 1']])
  })

  test('fails the run when the channel is closed', async () => {
    const errors = channel<Value>({ capacity: 10 })
    errors.receiver.close()
    expect((await rejection(from([1]).attempt(odd).catch(errors.sender).toArray())).error).toMatchObject({
      code: 'closed',
    })
  })

  test('that waits for its full channel ends with the run, and sends nothing more', async () => {
    const errors = channel<Value>({ capacity: 1 })
    const run = from(numbers(9)).attempt(odd).catch(errors.sender).run()
    await quiet()
    run.abort('enough')
    expect((await rejection(run.done)).error).toBe('enough')
    await quiet()
    expect(await errors.receiver.receiveMany(9)).toEqual(['odd 1'])
    expect(errors.receiver.tryReceive()).toBeUndefined()
  })

  test('fails the run for an error of undefined, which no channel takes', async () => {
    const errors = channel<Value>({ capacity: 1 })
    const fails = (): number => {
      throw undefined
    }
    expect((await rejection(from([1]).attempt(fails).catch(errors.sender).toArray())).error).toBeInstanceOf(TypeError)
  })
})
