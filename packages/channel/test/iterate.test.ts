import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { channel, idle } from './local.ts'

describe('leaving an iterator', () => {
  test('takes its pending waits along: the next value is for others', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    const iterator = receiver[Symbol.asyncIterator]()
    const pending = [iterator.next(), iterator.next()]
    await iterator.return?.()
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    await sender.send('tea')
    expect(await receiver.receive()).toBe('tea')
  })

  test('does so in batches too', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    const iterator = receiver.batches(3)[Symbol.asyncIterator]()
    const pending = iterator.next()
    await iterator.return?.()
    expect(await pending).toEqual({ done: true, value: undefined })
    await sender.send('tea')
    expect(await receiver.receive()).toBe('tea')
  })

  test('answers done from then on, and takes nothing', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    const iterator = receiver[Symbol.asyncIterator]()
    await iterator.return?.()
    await sender.send('tea')
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(receiver.length).toBe(1)
  })

  test('leaves the receiver to others when a stream made of it is destroyed', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    const stream = Readable.from(receiver)
    stream.on('data', () => {})
    await idle()
    stream.destroy()
    await idle()
    await sender.send('tea')
    expect(await receiver.receive()).toBe('tea')
  })

  test('keeps nothing of waits that are over, and costs the same however many wait', async () => {
    const { sender, receiver } = channel<number>({ capacity: 2 })
    const iterator = receiver[Symbol.asyncIterator]()
    const pending = Array.from({ length: 20_000 }, () => iterator.next())
    for (let value = 0; value < 100; value++) await sender.send(value)
    expect(await pending[99]).toEqual({ done: false, value: 99 })
    await iterator.return?.()
    expect(await pending.at(-1)).toEqual({ done: true, value: undefined })
    expect(receiver.stats().waitingReceivers).toBe(0)
  })
})
