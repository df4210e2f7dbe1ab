import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { forward } from '../src/index.ts'
import { toReadable, toReadableStream, toWritable, toWritableStream } from '../src/streams.ts'
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
    readable.read()
    await idle()
    expect(receiver.length).toBe(2)
    expect(await readable.toArray()).toEqual(three)
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

describe('web streams', () => {
  test('carry the values both ways with backpressure', async () => {
    const [a, b] = [channel<string>({ capacity: 1 }), channel<string>({ capacity: 1 })]
    const piping = toReadableStream(a.receiver).pipeTo(toWritableStream(b.sender))
    void forward(three, a.sender)
    const got: string[] = []
    for await (const value of b.receiver) got.push(value)
    await piping
    expect(got).toEqual(three)
  })

  test('end a waiting write and the channel when aborted, and leave the receiver open when cancelled', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const writer = toWritableStream(sender).getWriter()
    await writer.write('a')
    const waiting = writer.write('b')
    await writer.abort('enough').catch(() => {})
    await expect(waiting).rejects.toBe('enough')
    expect(await receiver.receive()).toBe('a')
    await expect(receiver.receive()).rejects.toBe('enough')
    const other = channel<string>({ capacity: 1 })
    const reader = toReadableStream(other.receiver).getReader()
    void reader.read()
    await reader.cancel()
    await idle()
    expect([other.receiver.closed, other.receiver.stats().waitingReceivers]).toEqual([false, 0])
  })
})
