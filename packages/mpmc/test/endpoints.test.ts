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
})

describe('channel', () => {
  test('closes at the end of a using block of its sender', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    {
      using mine = sender
      await mine.send('tea')
    }
    expect([await receiver.receive(), await receiver.receive()]).toEqual(['tea', undefined])
  })

  test('closes at the end of a using block of its receiver, too', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    {
      using mine = receiver
      await sender.send('tea')
      expect(await mine.receive()).toBe('tea')
    }
    await expect(sender.send('late')).rejects.toMatchObject({ code: 'closed', value: 'late' })
  })
})
