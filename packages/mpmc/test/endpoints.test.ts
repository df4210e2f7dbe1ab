import { describe, expect, test } from 'vitest'
import { channel } from '../src/index.ts'

describe('clone', () => {
  test('of a receiver shares the values: each goes to one of them', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const second = receiver.clone()
    const collect = async (from: typeof receiver) => {
      const values: number[] = []
      for await (const value of from) values.push(value)
      return values
    }
    const both = Promise.all([collect(receiver), collect(second)])
    for (let value = 0; value < 1000; value++) await sender.send(value)
    sender.close()
    const [first, other] = await both
    expect(first.length).toBeGreaterThan(0)
    expect(other.length).toBeGreaterThan(0)
    expect([...first, ...other].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, value) => value))
  })

  test('of a receiver is counted: the channel closes with the last one', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    const second = receiver.clone()
    receiver[Symbol.dispose]()
    await sender.send('tea')
    expect([await second.receive(), sender.closed]).toEqual(['tea', false])
    second[Symbol.dispose]()
    await expect(sender.send('late')).rejects.toMatchObject({ code: 'closed', value: 'late' })
    expect(() => second.clone()).toThrow(TypeError)
  })
})

describe('channel', () => {
  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8', undefined])('refuses capacity %s', (capacity) => {
    expect(() => channel({ capacity: capacity as number })).toThrow(RangeError)
    expect(() => channel({ capacity: capacity as number })).toThrow(`got ${capacity}`)
  })

  test('refuses options that are not an object', () => {
    expect(() => channel(8 as never)).toThrow('options: expected { capacity }, got 8')
    expect(() => channel(undefined as never)).toThrow(TypeError)
  })

  test('closes at the end of a using block', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    {
      using mine = sender
      await mine.send('tea')
    }
    expect([await receiver.receive(), await receiver.receive()]).toEqual(['tea', undefined])
  })
})
