import { describe, expect, test } from 'vitest'
import { unboundedChannel } from '../src/index.ts'
import { channel, ends, idle } from './local.ts'

describe('onDrop', () => {
  test('is told what the last receiver left behind, also what a wait was promised', async () => {
    const dropped: string[] = []
    const { sender, receiver } = channel<string>({ capacity: 4, onDrop: (value) => dropped.push(value) })
    const waiting = receiver.receive()
    await sender.sendMany(['a', 'b'])
    const second = receiver.receive()
    sender.trySend('c')
    receiver[Symbol.dispose]()
    const got = [await waiting, await second].filter((value) => value !== undefined)
    expect([...got, ...dropped]).toEqual(['a', 'b', 'c'])
    expect([sender.length, receiver.stats()]).toEqual([0, expect.objectContaining({ sent: 3, received: got.length })])
  })

  test('changes nothing by throwing: no value is lost or doubled, and the error is uncaught', async () => {
    const uncaught: unknown[] = []
    const listen = (error: unknown) => uncaught.push(error)
    process.on('uncaughtException', listen)
    try {
      const { sender, receiver } = channel<number>({
        capacity: 1,
        overflow: 'drop-oldest',
        onDrop: (value) => {
          throw value
        },
      })
      expect(await sender.sendMany([1, 2, 3])).toBe(3)
      expect([receiver.tryReceive(), receiver.tryReceive()]).toEqual([3, undefined])
      await sender.send(4)
      receiver[Symbol.dispose]()
      await idle()
      expect(uncaught).toEqual([1, 2, 4])
    } finally {
      process.off('uncaughtException', listen)
    }
  })
})

describe('an unbounded channel', () => {
  test('never waits, keeps order over segments, and gives memory back', async () => {
    const { sender, receiver } = ends(unboundedChannel<number>())
    const heap = () => {
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    const before = heap()
    for (let value = 0; value < 500_000; value++) expect(sender.trySend(value) === 'sent').toBe(true)
    expect(heap() - before).toBeGreaterThan(2_000_000)
    for (let value = 0; value < 500_000; value++) if (receiver.tryReceive() !== value) throw new Error(`lost ${value}`)
    expect(heap() - before).toBeLessThan(1_000_000)
  })

  test('refuses an onDrop that is not a function, and options that it does not know', () => {
    expect(() => unboundedChannel({ onDrop: 5 as never })).toThrow('onDrop: expected a function, got 5')
    expect(() => unboundedChannel({ capacity: 5 } as never)).toThrow('capacity: no such option; there are onDrop')
  })
})
