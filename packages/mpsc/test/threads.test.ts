import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { f64, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'
import type { Task } from './threads/far-end.worker.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

function start(task: Task): { readonly worker: Worker; readonly answer: Promise<unknown> } {
  const worker = new Worker(new URL('./threads/far-end.worker.ts', import.meta.url), { workerData: task })
  return { worker, answer: once(worker, 'message').then(([answer]) => answer) }
}

describe('a declared producer', () => {
  test('shows what it holds back before its thread blocks on another channel', () => {
    const { sender } = sharedChannel({ capacity: 1024, codec: u32, producers: 1 })
    const other = sharedChannel({ capacity: 1, codec: u32 })
    other.sender.sendSync(1)
    sender.sendSync(7)
    sender.sendSync(8)
    expect(sender.length).toBe(0)
    // Long enough not to be over before the thread comes to block.
    expect(() => other.sender.sendSync(2, { timeoutMs: 200 })).toThrow('200 ms')
    expect(sender.length).toBe(2)
  })
})

describe('many senders in threads of their own', () => {
  test('reach the one receiver, each in its order', async () => {
    const { receiver, sender, handle } = sharedChannel({ capacity: 4, codec: u32 })
    const hows = ['send', 'sendSync', 'trySend'] as const
    const threads = hows.map((how, who) =>
      start({ handle, does: 'sends', how, from: who * 1000, to: who * 1000 + 400 }),
    )
    const got: number[] = []
    while (got.length < 1200) got.push(...(await receiver.receiveMany(50)))
    await Promise.all(threads.map(({ answer }) => answer))
    sender[Symbol.dispose]()
    expect(await receiver.receive()).toBe(undefined)
    for (const who of hows.keys()) {
      expect(got.filter((value) => Math.floor(value / 1000) === who)).toEqual(range(who * 1000, who * 1000 + 400))
    }
  })

  test.each(['drop-newest', 'reject'] as const)('find out by themselves that it is full: %s', async (overflow) => {
    const dropped: unknown[] = []
    const onDrop = (value: number): unknown => dropped.push(value)
    const { receiver, sender, handle } = sharedChannel({ capacity: 2, codec: u32, overflow, onDrop })
    await start({ handle, does: 'sends', how: 'send', from: 0, to: 2 }).answer
    const late = sender.send(9)
    if (overflow === 'reject') await expect(late).rejects.toMatchObject({ code: 'full', value: 9 })
    else expect([await late, dropped]).toEqual([undefined, [9]])
    expect([await receiver.receiveMany(5), sender.stats().dropped]).toEqual([[0, 1], dropped.length])
  })
})

describe('the one receiver', () => {
  test('may be in any thread, and another one throws TypeError', async () => {
    const { sender, handle } = sharedChannel({ capacity: 4, codec: f64 })
    const { worker, answer } = start({ handle, does: 'holds the receiver' })
    expect(await answer).toBe('holding')
    expect(await start({ handle, does: 'attaches a receiver' }).answer).toContain('has its one receiver already')
    expect(sender.stats().receivers).toBe(1)
    await worker.terminate()
    await expect(sender.send(0.5)).rejects.toMatchObject({ code: 'closed', value: 0.5 })
  })

  test('receives in a thread of its own what this one sends', async () => {
    const { sender, handle } = sharedChannel({ capacity: 3, codec: f64 })
    const { answer } = start({ handle, does: 'receives' })
    await sender.sendMany(range(0, 500).map((value) => value / 2))
    sender[Symbol.dispose]()
    expect(await answer).toEqual(range(0, 500).map((value) => value / 2))
  })
})

describe('the one declared producer', () => {
  test.each(['send', 'sendSync', 'trySend'] as const)('sends values in their order by %s', async (how) => {
    for (const capacity of [1, 3, 256]) {
      const { receiver, handle } = sharedChannel({ capacity, codec: u32, producers: 1 })
      const { answer } = start({ handle, does: 'sends', how, from: 0, to: 1000 })
      const got: number[] = []
      while (got.length < 1000) got.push(...(await receiver.receiveMany(100)))
      expect([got, await receiver.receive(), await answer]).toEqual([range(0, 1000), undefined, 'sent'])
    }
  })

  test('may be in any thread, and another one throws TypeError', async () => {
    const { sender, handle } = sharedChannel({ capacity: 4, codec: u32, producers: 1 })
    expect(sender.trySend(1)).toBe('sent')
    expect(await start({ handle, does: 'attaches a sender' }).answer).toContain('TypeError: sender: ')
    expect(sender.stats().senders).toBe(1)
  })

  test.each([
    ['send', 1],
    ['trySend', 64],
  ] as const)('that dies in the middle of %s takes at most %i values with it', async (how, most) => {
    const { receiver, handle } = sharedChannel({ capacity: 256, codec: u32, producers: 1 })
    const sent = new Int32Array(new SharedArrayBuffer(4))
    const { worker } = start({ handle, does: 'sends', how, from: 0, to: 1_000_000_000, sent })
    const got: number[] = []
    while (got.length < 3000) got.push(...(await receiver.receiveMany(100)))
    await worker.terminate()
    for await (const value of receiver) got.push(value)
    expect(got).toEqual(range(0, got.length))
    expect(Atomics.load(sent, 0) - got.length).toBeLessThanOrEqual(most)
  })
})
