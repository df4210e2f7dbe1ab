import { describe, expect, test } from 'vitest'
import { channel } from '../src/index.ts'

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
