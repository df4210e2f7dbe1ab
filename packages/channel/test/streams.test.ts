import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { toReadable, toWritable } from '../src/streams.ts'
import { channel, idle } from './local.ts'

const three = ['a', 'b', 'c']

describe('toReadable', () => {
  test('leaves in the channel what was not asked for when the loop is left', async () => {
    const { sender, receiver } = channel<string>({ capacity: 8 })
    await sender.sendMany([...three, 'd', 'e'])
    const got: string[] = []
    for await (const value of toReadable(receiver)) {
      got.push(value)
      if (got.length === 2) break
    }
    await idle()
    expect([got, await receiver.receiveMany(9)]).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
  })

  test('gives the values as they are asked for', async () => {
    const { sender, receiver } = channel<string>({ capacity: 8 })
    await sender.sendMany(three)
    sender.close()
    const readable = toReadable(receiver)
    expect(readable.read()).toBe('a')
    await idle()
    expect(receiver.length).toBe(2)
    expect(await readable.toArray()).toEqual(['b', 'c'])
  })

  test('is destroyed by the error of a close, and leaves the receiver open when destroyed itself', async () => {
    const { sender, receiver } = channel<string>({ capacity: 8 })
    const reading = toReadable(receiver).toArray()
    sender.close(new Error('burst'))
    await expect(reading).rejects.toThrow('burst')
    const other = channel<string>({ capacity: 8 })
    const readable = toReadable(other.receiver)
    readable.read()
    readable.destroy()
    await idle()
    expect([other.receiver.closed, other.receiver.stats().waitingReceivers]).toEqual([false, 0])
  })
})

describe('toReadable, destroyed', () => {
  test('gives every value that left the channel, however soon after the send it is destroyed', async () => {
    for (let later = 0; later < 12; later++) {
      const { sender, receiver } = channel<number>({ capacity: 8 })
      const got: number[] = []
      const readable = toReadable(receiver).on('data', (value) => got.push(value))
      await idle()
      sender.trySend(1)
      for (let i = 0; i < later; i++) await null
      readable.destroy()
      await idle()
      expect([later, ...got, ...(await receiver.receiveMany(9, { timeoutMs: 0 }).catch(() => []))]).toEqual([later, 1])
    }
  })

  test('leaves the channel usable when a listener throws', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const readable = toReadable(receiver).on('data', () => {
      throw new Error('clumsy')
    })
    await idle()
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    const other = receiver.receive()
    sender.trySend(1)
    sender.trySend(2)
    expect(await uncaught).toMatchObject({ message: 'clumsy' })
    readable.destroy()
    expect(await other).toBe(2)
  })

  test('lets timers have their turn while it never waits', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    sender.trySend(0)
    const readable = toReadable(receiver).on('data', (value) => sender.trySend(value + 1))
    await new Promise((resolve) => setTimeout(resolve, 1))
    readable.destroy()
  })

  test('ends with a receiver that is disposed, and refuses one that was', async () => {
    const { receiver } = channel<number>({ capacity: 8 })
    const reading = toReadable(receiver).toArray()
    await idle()
    receiver[Symbol.dispose]()
    expect(await reading).toEqual([])
    expect(() => toReadable(receiver)).toThrow('this receiver was disposed')
  })
})

describe('toWritable', () => {
  test('writes no faster than the channel is read, and closes it at the end', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const writing = pipeline(Readable.from([...three, 'd', 'e']), toWritable(sender))
    await idle()
    expect(receiver.length).toBe(1)
    const got: string[] = []
    for await (const value of receiver) got.push(value)
    await writing
    expect(got).toEqual([...three, 'd', 'e'])
  })

  test('reports a write of undefined and goes on to its end', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const writable = toWritable(sender)
    const failed = new Promise((resolve) => writable.once('error', resolve))
    writable.write(undefined)
    expect(await failed).toBeInstanceOf(TypeError)
    await expect(receiver.receive()).rejects.toBeInstanceOf(TypeError)
  })

  test('gives receivers an error when it is destroyed before its end, also without one', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    toWritable(sender).destroy()
    await expect(receiver.receive()).rejects.toThrow('destroyed before its end')
  })

  test('closes the channel with the error it is destroyed with', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const writable = toWritable(sender).on('error', () => {})
    writable.destroy(new Error('burst'))
    await expect(receiver.receive()).rejects.toThrow('burst')
  })
})
