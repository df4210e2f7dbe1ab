import { describe, expect, test } from 'vitest'
import { type CutShortError, unboundedChannel } from '../src/index.ts'
import { channel, ends } from './local.ts'

describe('sendMany of an array', () => {
  test('fills what room there is before it returns', () => {
    const { sender } = channel<number>({ capacity: 3 })
    void sender.sendMany([1, 2, 3, 4])
    expect(sender.length).toBe(3)
  })

  test('waits for room as often as it takes, and keeps the order', async () => {
    const { sender, receiver } = channel<number>({ capacity: 3 })
    const values = Array.from({ length: 1000 }, (_, i) => i)
    const sent = sender.sendMany(values).finally(() => sender.close())
    const got: number[] = []
    for await (const some of receiver.batches(7)) got.push(...some)
    expect(got).toEqual(values)
    expect(await sent).toBe(1000)
  })

  test('leaves the room that permits hold, and what a lowered capacity took away', async () => {
    const { sender, receiver } = channel<number>({ capacity: 6 })
    sender.setCapacity(4)
    const permit = await sender.reserve()
    const sent = sender.sendMany([1, 2, 3, 4])
    expect(sender.length).toBe(3)
    permit.send(0)
    expect(await receiver.receiveMany(9)).toEqual([1, 2, 3, 0])
    expect(await receiver.receive()).toBe(4)
    expect(await sent).toBe(4)
  })

  test('stands behind senders that wait', async () => {
    const { sender, receiver } = channel<number>({ capacity: 1 })
    void sender.sendMany([1, 2])
    void sender.sendMany([3])
    expect([await receiver.receive(), await receiver.receive(), await receiver.receive()]).toEqual([1, 2, 3])
  })

  test('is cut short by an undefined among the values, which come back', async () => {
    const { sender } = channel<number>({ capacity: 8 })
    const error: CutShortError<number> = await sender.sendMany([1, undefined as never, 3]).catch((reason) => reason)
    expect([error.code, error.sent, [...error.rest]]).toEqual(['cut-short', 0, [1, undefined, 3]])
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(sender.length).toBe(0)
  })

  test('lets the event loop turn, however long the array', async () => {
    const { sender } = ends(unboundedChannel<number>())
    const sent = sender.sendMany(new Array<number>(3_000_000).fill(0))
    const first = await Promise.race([sent, new Promise((resolve) => setImmediate(resolve, 'a turn'))])
    expect(first).toBe('a turn')
    expect(await sent).toBe(3_000_000)
  })
})

describe('sendMany', () => {
  test('of an array never overtakes a reservation that waits', async () => {
    const { sender, receiver } = channel<number>({ capacity: 4 })
    await sender.sendMany([1, 2, 3])
    const both = sender.reserveMany(2)
    const sent = sender.sendMany([6, 7])
    expect(await receiver.receive()).toBe(1)
    for (const [index, permit] of (await both).entries()) permit.send(4 + index)
    expect(await receiver.receiveMany(9)).toEqual([2, 3, 4, 5])
    expect([await receiver.receive(), await receiver.receive(), await sent]).toEqual([6, 7, 2])
  })

  test('gives an undefined back as one of the rest, whatever it came in', async () => {
    for (const values of [[1, undefined, 3], new Set([1, undefined, 3])]) {
      const { sender } = channel<number>({ capacity: 8 })
      const error: CutShortError = await sender.sendMany(values as Iterable<number>).catch((reason) => reason)
      expect([...error.rest].at(-2)).toBeUndefined()
      expect(error.cause).toBeInstanceOf(TypeError)
    }
  })

  test('leaves no rejection to nobody when what it is given cannot be iterated', () => {
    const { sender } = channel<number>({ capacity: 8 })
    const broken = {
      [Symbol.iterator]() {
        throw new Error('broken')
      },
    }
    expect(() => sender.sendMany(broken as never, { signal: AbortSignal.abort() })).toThrow('broken')
  })
})
