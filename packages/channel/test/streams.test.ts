import { EventEmitter, getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { fromEvents } from '../src/events.ts'
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

describe('forward', () => {
  const sources: Record<string, () => Iterable<string> | AsyncIterable<string>> = {
    'an array': () => three,
    'a generator': () => three.values(),
    'an async generator': async function* () {
      yield* three
    },
    'another receiver': () => {
      const { sender, receiver } = channel<string>({ capacity: 8 })
      for (const value of three) sender.trySend(value)
      sender.close()
      return receiver
    },
    'a Node stream': () => Readable.from(three),
    'a web stream': () => ReadableStream.from(three),
  }

  test.each(Object.entries(sources))('sends every item of %s, no faster than the channel is', async (_, source) => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const forwarding = forward(source(), sender)
    await idle()
    expect([receiver.length, receiver.stats().sent]).toEqual([1, 1])
    expect([await receiver.receive(), await receiver.receive(), await receiver.receive()]).toEqual(three)
    expect([await forwarding, await receiver.receive()]).toEqual([3, undefined])
  })

  test('closes the channel with the error of the source', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    function* source() {
      yield 'a'
      throw new Error('dry')
    }
    await expect(forward(source(), sender)).rejects.toThrow('dry')
    expect(await receiver.receive()).toBe('a')
    await expect(receiver.receive()).rejects.toThrow('dry')
  })

  test('closes the channel with an error also when the source throws undefined', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    // biome-ignore lint/correctness/useYield: it fails before the first item
    async function* source(): AsyncGenerator<string> {
      throw undefined
    }
    await expect(forward(source(), sender)).rejects.toBeUndefined()
    await expect(receiver.receive()).rejects.toThrow('the source failed')
  })

  test('closes the source when the channel closes or the signal aborts', async () => {
    for (const end of ['close', 'abort']) {
      const { sender, receiver } = channel<number>({ capacity: 1 })
      const controller = new AbortController()
      let returned = 0
      async function* endless() {
        try {
          for (let i = 0; ; i++) yield i
        } finally {
          returned++
        }
      }
      const forwarding = forward(endless(), sender, { signal: controller.signal, close: false })
      await receiver.receive()
      if (end === 'close') receiver.close()
      else controller.abort('enough')
      const cause = end === 'close' ? expect.objectContaining({ code: 'closed' }) : 'enough'
      await expect(forwarding).rejects.toMatchObject({ code: 'cut-short', sent: 1, rest: [1], cause })
      expect(returned).toBe(1)
    }
  })
})

describe('fromEvents', () => {
  test('gives events of an emitter and of a target, and stops listening when closed', async () => {
    const emitter = new EventEmitter()
    const target = new EventTarget()
    const events = fromEvents<string>(emitter, 'tea', { capacity: 2, overflow: 'drop-newest' })
    const domEvents = fromEvents<Event>(target, 'tea', { capacity: 2, overflow: 'drop-newest' })
    for (const leaf of three) emitter.emit('tea', leaf)
    target.dispatchEvent(new Event('tea'))
    expect([events.tryReceive(), events.tryReceive(), events.tryReceive()]).toEqual(['a', 'b', undefined])
    expect((await domEvents.receive())?.type).toBe('tea')
    events.close()
    await idle()
    expect(emitter.listenerCount('tea') + emitter.listenerCount('error')).toBe(0)
  })

  test('pauses a source that can be paused exactly while the channel is full', async () => {
    class Tap extends EventEmitter {
      readonly calls: string[] = []
      pause = () => this.calls.push('pause')
      resume = () => this.calls.push('resume')
    }
    const tap = new Tap()
    const drops = fromEvents<number>(tap, 'drop', { capacity: 2 })
    tap.emit('drop', 1)
    expect(tap.calls).toEqual([])
    tap.emit('drop', 2)
    tap.emit('drop', 3)
    expect(tap.calls).toEqual(['pause'])
    await idle()
    expect([drops.tryReceive(), tap.calls]).toEqual([1, ['pause']])
    drops.tryReceive()
    await idle()
    expect([tap.calls, drops.tryReceive()]).toEqual([['pause', 'resume'], 3])
  })

  test('never pauses a source whose events may be dropped, and drops what it is told to', async () => {
    const tap = Object.assign(new EventEmitter(), { pause: () => expect.fail(), resume: () => expect.fail() })
    const drops = fromEvents<number>(tap, 'drop', { capacity: 2, overflow: 'drop-oldest' })
    for (let i = 0; i < 6; i++) tap.emit('drop', i)
    expect(await drops.receiveMany(9)).toEqual([4, 5])
  })

  test('gives null for an event without an argument', () => {
    const emitter = new EventEmitter()
    const events = fromEvents(emitter, 'tick', { capacity: 1, overflow: 'drop-oldest' })
    emitter.emit('tick')
    expect(events.tryReceive()).toBeNull()
  })

  test('leaves no listener on its signal when it closes', async () => {
    const { signal } = new AbortController()
    fromEvents(new EventEmitter(), 'tick', { capacity: 1, overflow: 'drop-oldest', signal }).close()
    await idle()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('refuses overflow reject, since events have nobody to reject, and a capacity below 1', () => {
    const emitter = new EventEmitter()
    expect(() => fromEvents(emitter, 'tick', { capacity: 1, overflow: 'reject' as never })).toThrow('overflow: ')
    expect(() => fromEvents(emitter, 'tick', { capacity: 0, overflow: 'drop-newest' })).toThrow('capacity: ')
  })

  test('refuses to wait on a source that cannot be paused', () => {
    expect(() => fromEvents(new EventEmitter(), 'tea', { capacity: 1 })).toThrow(
      'overflow: this source cannot be paused',
    )
  })

  test('closes with the error event of an emitter, its end event, or its signal', async () => {
    const options = { capacity: 2, overflow: 'drop-oldest' } as const
    const emitter = new EventEmitter()
    const failing = fromEvents(emitter, 'tea', options)
    emitter.emit('error', 'burst')
    await expect(failing.receive()).rejects.toBe('burst')
    const controller = new AbortController()
    const aborted = fromEvents(emitter, 'tea', { ...options, signal: controller.signal })
    controller.abort('enough')
    await expect(aborted.receive()).rejects.toBe('enough')
  })
})
