import { describe, expect, test } from 'vitest'
import { oneshot } from '../src/oneshot.ts'

describe('oneshot', () => {
  test('delivers one value, then ends', async () => {
    const { sender, receiver } = oneshot<string>()
    const waiting = receiver.receive()
    expect([sender.send('tea'), sender.send('coffee'), sender.closed]).toEqual(['sent', 'closed', true])
    expect([await waiting, await receiver.receive()]).toEqual(['tea', undefined])
  })

  test('ends the receiver when the sender is disposed without a value', async () => {
    const { sender, receiver } = oneshot<string>()
    sender[Symbol.dispose]()
    expect(await receiver.receive()).toBeUndefined()
  })

  test('fails the receiver', async () => {
    const { sender, receiver } = oneshot<string>()
    sender.fail('spilt')
    await expect(receiver.receive()).rejects.toBe('spilt')
  })

  test('fails the receiver also without a reason: that is no plain end', async () => {
    const { sender, receiver } = oneshot<string>()
    sender.fail(undefined)
    await expect(receiver.receive()).rejects.toThrow('the sender failed')
  })

  test('tells the sender that the receiver lost interest, and leaves it the value', async () => {
    const { sender, receiver } = oneshot<string>()
    receiver[Symbol.dispose]()
    await sender.whenClosed()
    expect(sender.send('tea')).toBe('closed')
  })
})
