import { select } from '@millrace/channel'
import { channel } from '@millrace/mpmc'
import { sharedChannel } from '@millrace/mpmc/shared'
import * as mpsc from '@millrace/mpsc/shared'
import { bytes, f64, string, struct, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { Thread } from './thread.ts'

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

describe.each([true, false])('a worker, blocking: %s', (blocks) => {
  test.each([1, 64])('sends to the page, which awaits, in order, at capacity %i', async (capacity) => {
    const { sender, receiver, handle } = sharedChannel({ capacity, codec: u32 })
    const values = numbers(0, 1000)
    const thread = new Thread('sends', { handle, values, blocks })
    const got = [await receiver.receive()]
    sender[Symbol.dispose]()
    for await (const value of receiver) got.push(value)
    expect(got).toEqual(values)
    await thread.result()
  })

  test.each([1, 64])('receives what the page sends, in order, at capacity %i', async (capacity) => {
    const { sender, handle } = sharedChannel({ capacity, codec: u32 })
    const thread = new Thread('receives', { handle, blocks })
    expect(await thread.says()).toBe('attached')
    const values = numbers(0, 1000)
    for (const value of values) await sender.send(value)
    sender.close()
    expect(await thread.result()).toEqual(values)
  })

  test.each([!blocks, blocks])('sends to another worker, blocking: %s', async (otherBlocks) => {
    const { sender, handle } = sharedChannel({ capacity: 2, codec: bytes(64) })
    const to = new Thread('receives', { handle, blocks: otherBlocks })
    expect([await to.says(), sender.closed]).toEqual(['attached', false])
    const values = numbers(0, 500).map((n) => new Uint8Array(n % 65).fill(n))
    const from = new Thread('sends', { handle, values, blocks })
    await from.result()
    sender[Symbol.dispose]()
    expect(await to.result()).toEqual(values)
  })

  test('delivers each value to one of three workers', async () => {
    const { sender, handle } = sharedChannel({ capacity: 5, codec: u32 })
    const threads = numbers(0, 3).map(() => new Thread('receives', { handle, blocks }))
    for (const thread of threads) expect(await thread.says()).toBe('attached')
    await sender.sendMany(numbers(0, 3000))
    sender.close()
    const got = (await Promise.all(threads.map((thread) => thread.result()))) as number[][]
    expect(got.flat().sort((a, b) => a - b)).toEqual(numbers(0, 3000))
  })

  test('is told the end and its reason', async () => {
    const { sender, handle } = sharedChannel({ capacity: 1, codec: u32 })
    const thread = new Thread('receives', { handle, blocks })
    expect(await thread.says()).toBe('attached')
    sender.close(new RangeError('out of paper'))
    await expect(thread.result()).rejects.toThrow('RangeError: out of paper')
  })
})

describe('the page and a worker', () => {
  test('keep a full channel at its capacity', async () => {
    const { receiver, handle } = sharedChannel({ capacity: 2, codec: u32 })
    const thread = new Thread('fills', { handle })
    expect(await thread.says()).toBe('2 sent')
    expect([receiver.length, receiver.free]).toEqual([2, 0])
    const got: number[] = []
    for await (const value of receiver) got.push(value)
    expect(got).toEqual([0, 1, 2])
    await thread.result()
  })

  test('speak through a worker that blocks for both ways', async () => {
    const there = sharedChannel({ capacity: 1, codec: u32 })
    const back = sharedChannel({ capacity: 1, codec: u32 })
    const thread = new Thread('echoes', { handle: there.handle, back: back.handle })
    for (const value of numbers(0, 300)) {
      await there.sender.send(value)
      expect(await back.receiver.receive()).toBe(value)
    }
    there.sender.close()
    expect([await thread.result(), await back.receiver.receive()]).toEqual([undefined, undefined])
  })

  test('carry numbers of one declared producer', async () => {
    const { receiver, handle } = mpsc.sharedChannel({ capacity: 128, codec: f64, producers: 1 })
    const values = numbers(0, 5000).map((n) => n / 3)
    const thread = new Thread('sends', { handle, values, blocks: true, isDeclared: true })
    const [got, some] = [[] as number[], new Float64Array(100)]
    for (let n = await receiver.receiveInto(some); n > 0; n = await receiver.receiveInto(some))
      got.push(...some.subarray(0, n))
    expect(got).toEqual(values)
    await thread.result()
  })

  test('carry records with texts', async () => {
    const codec = struct({ id: u32, name: string(60), at: f64 })
    const { receiver, handle } = sharedChannel({ capacity: 4, codec })
    const values = numbers(0, 200).map((id) => ({ id, name: `${'日本語é '.repeat(id % 3)}${id}`, at: id / 7 }))
    const thread = new Thread('sends', { handle, values, blocks: false })
    const got: unknown[] = []
    for await (const value of receiver) got.push(value)
    expect(got).toEqual(values)
    await thread.result()
  })

  test('give up a wait when its time is over', async () => {
    const { sender, receiver, handle } = sharedChannel({ capacity: 1, codec: u32 })
    expect(sender.closed).toBe(false)
    expect(await new Thread('blocksFor', { handle, timeoutMs: 5 }).result()).toBe('timeout')
    await expect(receiver.receive({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'timeout' })
    await sender.send(1)
    expect(await receiver.receive()).toBe(1)
  })

  test('take a value of a worker and of the page, whichever comes first', async () => {
    const shared = sharedChannel({ capacity: 1, codec: u32 })
    const local = channel<number>({ capacity: 1 })
    const selecting = select([local.receiver.case(), shared.receiver.case()])
    const thread = new Thread('sends', { handle: shared.handle, values: [5], blocks: true })
    expect(await selecting).toMatchObject({ index: 1, value: 5 })
    await thread.result()
    expect(local.sender.trySend(1)).toBe('sent')
  })
})
