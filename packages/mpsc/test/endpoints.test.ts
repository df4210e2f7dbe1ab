import { describe, expect, test } from 'vitest'
import { channel } from '../src/index.ts'

describe('channel', () => {
  test('closes at the end of a using block', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    {
      using mine = sender
      await mine.send('tea')
    }
    expect([await receiver.receive(), await receiver.receive()]).toEqual(['tea', undefined])
  })
})
