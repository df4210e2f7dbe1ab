import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { forward } from '../src/index.ts'
import { toReadableStream, toWritableStream } from '../src/web-streams.ts'
import { channel, idle } from './local.ts'

const three = ['a', 'b', 'c']

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

  test('give every value that left the channel, however soon after the send the reader cancels', async () => {
    for (let later = 0; later < 12; later++) {
      const { sender, receiver } = channel<number>({ capacity: 8 })
      const reader = toReadableStream(receiver).getReader()
      const reading = reader.read()
      await idle()
      sender.trySend(1)
      for (let i = 0; i < later; i++) await null
      await reader.cancel()
      const { value } = await reading
      const left = receiver.tryReceive()
      expect([later, value ?? left, value === undefined || left === undefined]).toEqual([later, 1, true])
    }
  })

  test('take no value that was not asked for', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    await sender.sendMany([1, 2, 3])
    const reader = toReadableStream(receiver).getReader()
    expect((await reader.read()).value).toBe(1)
    await idle()
    expect(receiver.length).toBe(2)
  })

  test('end with the channel, or with its error', async () => {
    const [ending, failing] = [channel<number>({ capacity: 1 }), channel<number>({ capacity: 1 })]
    const [end, error] = [ending, failing].map(({ receiver }) => toReadableStream(receiver).getReader().read())
    await idle()
    ending.sender.close()
    failing.sender.close('burst')
    expect(await end).toEqual({ done: true, value: undefined })
    await expect(error).rejects.toBe('burst')
  })

  test('give receivers an error when they are aborted, also without a reason', async () => {
    const { sender, receiver } = channel<number>({ capacity: 1 })
    await toWritableStream(sender).abort()
    await expect(receiver.receive()).rejects.toThrow('the stream was aborted')
    const piped = channel<number>({ capacity: 1 })
    const failing = new ReadableStream<number>({ start: (controller) => controller.error() })
    await expect(failing.pipeTo(toWritableStream(piped.sender))).rejects.toBeUndefined()
    await expect(piped.receiver.receive()).rejects.toThrow('the stream was aborted')
  })

  test('give receivers the error of a write that fails', async () => {
    const { sender, receiver } = channel<number>({ capacity: 1, overflow: 'reject' })
    const writer = toWritableStream(sender).getWriter()
    await writer.write(1)
    await expect(writer.write(undefined as never)).rejects.toBeInstanceOf(TypeError)
    expect(await receiver.receive()).toBe(1)
    await expect(receiver.receive()).rejects.toBeInstanceOf(TypeError)
  })

  test('are to be had without a module of Node, and beside the others', async () => {
    const { build } = await import('esbuild')
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../src/web-streams.ts', import.meta.url))],
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      conditions: ['@millrace/source'],
      write: false,
    })
    expect(outputFiles[0]?.text).toContain('toWritableStream')
    expect(outputFiles[0]?.text).not.toContain('node:')
    expect(await import('../src/streams.ts')).toMatchObject({ toReadableStream, toWritableStream })
  })
})
