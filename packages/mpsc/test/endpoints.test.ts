import { describe, expect, test } from 'vitest'
import { channel } from '../src/index.ts'

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
