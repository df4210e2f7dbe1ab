import { EventEmitter } from 'node:events'
import { type Readable, Writable } from 'node:stream'
import { buffer as bufferOf } from 'node:stream/consumers'
import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { from, fromEvents } from '../src/index.ts'
import { Counted, quiet, rejection, unhandledDuring } from './support.ts'

const torn = () => from([1]).map(() => Promise.reject<number>(new Error('torn')))

/** A stream whose errors nobody listens for. */
const silent = () => new Writable({ objectMode: true, write: (_n, _e, done) => done() })

const bound = (stream: Writable) => ({ listenerCount: (event: string) => stream.listenerCount(event) })

describe('reduce and to', () => {
  test('reduce hands each call the state before, awaited', async () => {
    expect(await from([1, 2, 3]).reduce(async (sum, n, index) => sum + n * index, 0)).toBe(8)
  })

  test('to a channel waits while it is full, and closes it at the end, or with the error', async () => {
    const { sender, receiver } = channel<number>({ capacity: 1 })
    const source = new Counted(5)
    const done = from(source).to(sender)
    await quiet()
    expect(source.taken).toBeLessThanOrEqual(3)
    expect(await receiver.receive()).toBe(0)
    for (const n of [1, 2, 3, 4]) expect(await receiver.receive()).toBe(n)
    expect(await receiver.receive()).toBeUndefined()
    expect((await done).source.done).toBe(5)
    const other = channel<number>({ capacity: 1 })
    const failed = torn().to(other.sender)
    expect([(await rejection(failed)).error, (await rejection(other.receiver.receive())).error]).toEqual([
      new Error('torn'),
      new Error('torn'),
    ])
  })

  test('to a channel that is to stay open leaves it so', async () => {
    const { sender, receiver } = channel<number>({ capacity: 9 })
    await from([1, 2]).to(sender, { leaveOpen: true })
    expect([sender.closed, await receiver.receiveMany(9)]).toEqual([false, [1, 2]])
  })

  test('to a stream of Node waits for its drain, and for its finish', async () => {
    const written: number[] = []
    let next: (() => void) | undefined
    const stream = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(n, _, done) {
        written.push(n)
        next = done
      },
    })
    const source = new Counted(4)
    const done = from(source).to(stream)
    await quiet()
    expect([written, source.taken]).toEqual([[0], 1])
    for (let i = 0; i < 4; i++) {
      next?.()
      await quiet()
    }
    await done
    expect([written, stream.writableFinished]).toEqual([[0, 1, 2, 3], true])
  })

  test('to a stream of Node that fails ends the run with its error, and destroys it when the run fails', async () => {
    const failing = new Writable({ objectMode: true, write: (_n, _e, done) => done(new Error('disk full')) })
    failing.on('error', () => {})
    const source = new Counted()
    expect((await rejection(from(source).to(failing))).error).toEqual(new Error('disk full'))
    expect(source.returned).toBe(1)
    const stream = new Writable({ objectMode: true, write: (_n, _e, done) => done() })
    const told = new Promise((resolve) => stream.once('error', resolve))
    await rejection(torn().to(stream))
    expect(await told).toEqual(new Error('torn'))
  })

  test('to a stream of Node is no uncaught exception: neither a failure between two writes, nor its own error when it is destroyed', async () => {
    const [asked, stream] = [Promise.withResolvers<void>(), silent()]
    const writing = from([1, 2])
      .map(async (n) => {
        if (n === 2) await asked.promise
        return n
      })
      .to(stream)
    await quiet()
    stream.destroy(new Error('disk full'))
    await quiet()
    asked.resolve()
    expect((await rejection(writing)).error).toEqual(new Error('disk full'))
    const other = silent()
    await rejection(torn().to(other))
    await quiet()
    expect(other.destroyed).toBe(true)
    for (const { listenerCount } of [bound(stream), bound(other)]) expect(listenerCount('error')).toBe(0)
  })

  test('to a stream of Node that is to stay open leaves it so, without a listener of ours', async () => {
    const written: number[] = []
    const stream = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(n, _, done) {
        written.push(n)
        setImmediate(done)
      },
    })
    await from([1, 2]).to(stream, { leaveOpen: true })
    await rejection(torn().to(stream, { leaveOpen: true }))
    expect([written, stream.writableEnded, stream.destroyed]).toEqual([[1, 2], false, false])
    for (const event of ['drain', 'finish', 'error', 'close']) expect(stream.listenerCount(event)).toBe(0)
  })

  test('to a stream that takes nothing any more ends with an abort', async () => {
    const stuck = [
      new WritableStream<number>({ write: () => new Promise(() => {}) }),
      new Writable({ objectMode: true, highWaterMark: 1, write: () => {} }),
    ]
    for (const target of stuck) {
      const controller = new AbortController()
      const run = from(new Counted()).to(target as WritableStream<number>, {
        signal: controller.signal,
        leaveOpen: true,
      })
      await quiet()
      controller.abort(new Error('enough'))
      expect((await rejection(run)).error).toEqual(new Error('enough'))
    }
    const finishing = [
      new WritableStream<number>({ close: () => new Promise(() => {}) }),
      new WritableStream<number>({ write: () => new Promise(() => {}) }, { highWaterMark: 9 }),
      new Writable({ objectMode: true, write: (_n, _e, done) => done(), final: () => {} }),
    ]
    for (const target of finishing) {
      const controller = new AbortController()
      const run = from([1]).to(target as WritableStream<number>, { signal: controller.signal })
      await quiet()
      controller.abort(new Error('enough'))
      expect((await rejection(run)).error).toEqual(new Error('enough'))
    }
  })

  test('of a pipeline that has run already rejects, and keeps no listener on the target', async () => {
    const target = new Writable({ objectMode: true, write: (_n, _e, done) => done() })
    const items = from([1])
    await items.toArray()
    expect((await rejection(items.to(target, { leaveOpen: true }))).error).toBeInstanceOf(TypeError)
    expect(target.listenerCount('close') + target.listenerCount('drain')).toBe(0)
  })

  test('with a wrong option throws, and does not touch the target', async () => {
    const { sender } = channel<number>({ capacity: 1 })
    const wrong = { sginal: 1 } as object
    expect((await rejection(from([1]).to(sender, wrong))).error).toBeInstanceOf(TypeError)
    expect(sender.closed).toBe(false)
  })

  test('to a stream of Node that has ended already ends, and one that fails to be destroyed is no uncaught exception', async () => {
    const ended = new Writable({ objectMode: true, autoDestroy: false, write: (_n, _e, done) => done() })
    await new Promise<void>((resolve) => ended.end(resolve))
    await from([] as number[]).to(ended)
    const failing = new Writable({
      objectMode: true,
      write: (_n, _e, done) => done(),
      destroy: (_error, done) => done(new Error('late')),
    })
    expect(await unhandledDuring(async () => void (await from([1]).to(failing)))).toEqual([])
  })

  test('to a stream of the web that is to stay open waits for the last write, and unlocks it', async () => {
    const written: number[] = []
    const stream = new WritableStream<number>({
      async write(n) {
        await quiet()
        written.push(n)
      },
    })
    await from([1, 2]).to(stream, { leaveOpen: true })
    expect([written, stream.locked]).toEqual([[1, 2], false])
    await rejection(torn().to(stream, { leaveOpen: true }))
    await stream.close()
  })

  test('to a stream of the web waits until it is ready, and aborts it when the run fails', async () => {
    const written: number[] = []
    const stream = new WritableStream<number>({ write: (n) => void written.push(n) }, { highWaterMark: 1 })
    await from([1, 2, 3]).to(stream)
    expect(written).toEqual([1, 2, 3])
    let reason: unknown
    const other = new WritableStream<number>({
      abort: (error) => {
        reason = error
      },
    })
    await rejection(torn().to(other))
    expect(reason).toEqual(new Error('torn'))
  })

  test('refuses what is no target', async () => {
    expect((await rejection(from([1]).to({} as never))).error).toEqual(
      new TypeError('to: expected a sender, a Writable or a WritableStream, got [object Object]'),
    )
    const { sender } = channel<number>({ capacity: 1 })
    expect((await rejection(from([1]).to(sender, { leaveOpen: 1 as never }))).error).toEqual(
      new TypeError('to: leaveOpen: expected a boolean, got 1'),
    )
  })
})

describe('toReadable and toReadableStream', () => {
  test('give the items, and destroying or cancelling them ends the run', async () => {
    expect((await bufferOf(from(['a', 'b']).toReadable<Readable>())).toString()).toBe('ab')
    const [node, web] = [new Counted(), new Counted()]
    const readable = from(node).toReadable()
    for await (const n of readable) if (n === 2) break
    expect(readable.destroyed).toBe(true)
    await quiet()
    expect(node.returned).toBe(1)
    const reader = from(web).toReadableStream().getReader()
    expect([(await reader.read()).value, (await reader.read()).value]).toEqual([0, 1])
    await reader.cancel()
    expect([web.returned, web.taken < 6]).toEqual([1, true])
  })

  test('fail with the run', async () => {
    expect((await rejection(torn().toReadableStream().getReader().read())).error).toEqual(new Error('torn'))
    expect((await rejection(torn().toReadable().toArray())).error).toEqual(new Error('torn'))
  })
})

describe('fromEvents', () => {
  test('gives what listeners are given, until the event that ends it, and leaves no listener', async () => {
    const emitter = new EventEmitter()
    const all = from(fromEvents<[number, string]>(emitter, 'tick', { until: 'end' })).toArray()
    await quiet()
    emitter.emit('tick', 1, 'a')
    emitter.emit('tick', 2, 'b')
    emitter.emit('end')
    emitter.emit('tick', 3, 'c')
    expect(await all).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    expect(emitter.eventNames()).toEqual([])
  })

  test('fails with an error of the emitter, and when it is left removes its listeners', async () => {
    const emitter = new EventEmitter()
    const failed = rejection(from(fromEvents(emitter, 'tick')).toArray())
    await quiet()
    emitter.emit('error', new Error('torn'))
    expect((await failed).error).toEqual(new Error('torn'))
    const one = from(fromEvents<[number]>(emitter, 'tick')).take(1).toArray()
    await quiet()
    emitter.emit('tick', 1)
    expect(await one).toEqual([[1]])
    expect(emitter.eventNames()).toEqual([])
  })

  test.each([
    ['drop-oldest', [[3], [4]]],
    ['drop-newest', [[1], [2]]],
  ] as const)('keeps as many as it may: %s', async (overflow, kept) => {
    const target = new EventEmitter()
    const events = fromEvents<[number]>(target, 'tick', { capacity: 2, overflow, until: 'end' })
    const iterator = events[Symbol.asyncIterator]()
    for (const n of [1, 2, 3, 4]) target.emit('tick', n)
    target.emit('end')
    const got = [await iterator.next(), await iterator.next(), await iterator.next()]
    expect(got.map(({ value }) => value)).toEqual([...kept, undefined])
  })

  test('fails when more come than it may keep, if it is told to', async () => {
    const target = new EventTarget()
    const iterator = fromEvents<[Event]>(target, 'tick', { capacity: 1, overflow: 'fail' })[Symbol.asyncIterator]()
    for (let i = 0; i < 2; i++) target.dispatchEvent(new Event('tick'))
    expect((await iterator.next()).value?.[0]?.type).toBe('tick')
    expect((await rejection(iterator.next() as Promise<unknown>)).error).toEqual(
      new Error('fromEvents: 1 events of tick were not taken in time'),
    )
  })

  test('refuses what is no emitter, and wrong options', () => {
    expect(() => fromEvents(7 as never, 'tick')).toThrow(
      /^fromEvents: expected an EventEmitter or an EventTarget, got 7/,
    )
    expect(() => fromEvents(new EventTarget(), 'tick', { capacity: 0 })).toThrow(/^fromEvents: capacity: /)
    expect(() => fromEvents(new EventTarget(), 'tick', { overflow: 'wait' as never })).toThrow(
      /^fromEvents: overflow: /,
    )
  })
})
