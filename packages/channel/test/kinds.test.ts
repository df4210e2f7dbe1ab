import { describe, expect, test } from 'vitest'
import { type DropReason, type Overflow, unboundedChannel } from '../src/index.ts'
import { channel, ends, idle } from './local.ts'

function dropping(overflow: Overflow, capacity = 2) {
  const dropped: [string, DropReason][] = []
  return { ...channel<string>({ capacity, overflow, onDrop: (value, why) => dropped.push([value, why]) }), dropped }
}

describe('overflow drop-oldest', () => {
  test('makes room for the new value and reports the old one', async () => {
    const { sender, receiver, dropped } = dropping('drop-oldest')
    expect(await sender.sendMany(['a', 'b', 'c', 'd'])).toBe(4)
    expect([await receiver.receiveMany(9), dropped]).toEqual([
      ['c', 'd'],
      [
        ['a', 'oldest'],
        ['b', 'oldest'],
      ],
    ])
  })

  test('drops nothing that a waiting receiver was promised', async () => {
    const { sender, receiver, dropped } = dropping('drop-oldest', 1)
    const waiting = receiver.receive()
    sender.trySend('a')
    sender.trySend('b')
    expect([await waiting, receiver.tryReceive(), dropped]).toEqual(['a', 'b', []])
  })

  test('makes room for a reservation, too, and drops the new value when permits hold all of it', async () => {
    const { sender, dropped } = dropping('drop-oldest')
    await sender.send('a')
    await sender.reserveMany(2)
    expect(sender.trySend('b')).toBe('full')
    await sender.send('c')
    expect([dropped, sender.length]).toEqual([
      [
        ['a', 'oldest'],
        ['c', 'newest'],
      ],
      0,
    ])
  })

  test('shrinks to a lowered capacity with the next value', async () => {
    const { sender, receiver, dropped } = dropping('drop-oldest', 4)
    await sender.sendMany(['a', 'b', 'c', 'd'])
    sender.setCapacity(1)
    await sender.send('e')
    expect([dropped.length, await receiver.receiveMany(9)]).toEqual([4, ['e']])
  })
})

describe('overflow drop-newest', () => {
  test('drops what is sent to a full channel and reports it, but leaves it with trySend', async () => {
    const { sender, receiver, dropped } = dropping('drop-newest')
    for (const value of ['a', 'b', 'c']) await sender.send(value)
    expect([sender.trySend('d'), dropped]).toEqual(['full', [['c', 'newest']]])
    expect([await receiver.receiveMany(9), receiver.stats()]).toEqual([
      ['a', 'b'],
      expect.objectContaining({ sent: 2, received: 2, dropped: 1 }),
    ])
  })
})

describe('overflow reject', () => {
  test('rejects with FullError, which carries the value', async () => {
    const { sender } = dropping('reject')
    await sender.sendMany(['a', 'b'])
    await expect(sender.send('c')).rejects.toMatchObject({ code: 'full', value: 'c' })
    expect(sender.trySend('c')).toBe('full')
  })
})

describe('onDrop', () => {
  test('is told what the last receiver left behind, also what a wait was promised', async () => {
    const { sender, receiver, dropped } = dropping('wait', 4)
    const waiting = receiver.receive()
    await sender.sendMany(['a', 'b', 'c'].slice(0, 2))
    const second = receiver.receive()
    sender.trySend('c')
    receiver[Symbol.dispose]()
    const got = [await waiting, await second].filter((value) => value !== undefined)
    expect([...got, ...dropped.map(([value]) => value)]).toEqual(['a', 'b', 'c'])
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

describe('a rendezvous', () => {
  test('completes a send when its value is received, not before', async () => {
    const { sender, receiver } = channel<string>({ capacity: 0 })
    let sent = false
    const sending = sender.send('a').then(() => {
      sent = true
    })
    await idle()
    expect([sent, sender.length, sender.trySend('b')]).toEqual([false, 0, 'full'])
    expect(await receiver.receive()).toBe('a')
    await sending
  })

  test('hands over to whoever waits, in order, and keeps nothing', async () => {
    const { sender, receiver } = channel<string>({ capacity: 0 })
    const waiting = [receiver.receive(), receiver.receive()]
    expect([sender.trySend('a'), sender.trySend('b'), sender.trySend('c')]).toEqual(['sent', 'sent', 'full'])
    expect(await Promise.all(waiting)).toEqual(['a', 'b'])
  })

  test('gives a value to nobody when the receiver gives up first', async () => {
    const { sender, receiver } = channel<string>({ capacity: 0 })
    const controller = new AbortController()
    const waiting = receiver.receive({ signal: controller.signal })
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    expect([sender.trySend('a'), sender.length]).toEqual(['full', 0])
  })

  test('takes as many as wait, at most max', async () => {
    const { sender, receiver } = channel<string>({ capacity: 0 })
    const sends = ['a', 'b', 'c'].map((value) => sender.send(value))
    expect([await receiver.receiveMany(2), await receiver.receiveMany(2)]).toEqual([['a', 'b'], ['c']])
    await Promise.all(sends)
  })

  test('closes like any other', async () => {
    const { sender, receiver } = channel<string>({ capacity: 0 })
    const sending = sender.send('a')
    sender.close()
    await expect(sending).rejects.toMatchObject({ code: 'closed', value: 'a' })
    expect(await receiver.receive()).toBeUndefined()
  })

  test('has no room to hold and no capacity to change', () => {
    const { sender } = channel<string>({ capacity: 0 })
    expect(() => sender.reserve()).toThrow(TypeError)
    expect(() => sender.setCapacity(1)).toThrow(RangeError)
    expect(() => channel({ capacity: 0, overflow: 'drop-oldest' })).toThrow('drop-oldest')
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
    expect(() => sender.setCapacity(1)).toThrow(RangeError)
  })
})

describe('misuse', () => {
  test.each([
    [{ capacity: 1, overFlow: 'wait' }, 'overFlow: no such option'],
    [{ capacity: 1, overflow: 'drop' }, 'overflow: expected wait, drop-oldest, drop-newest or reject, got drop'],
    [{ capacity: 1, onDrop: 5 }, 'onDrop: expected a function, got 5'],
  ])('names the option of %o', (options, message) => {
    expect(() => channel(options as never)).toThrow(message)
  })

  test('of an unbounded channel, of sendMany and of a disposed endpoint throws at once', () => {
    expect(() => unboundedChannel({ onDrop: 5 as never })).toThrow('onDrop')
    const { sender, receiver } = channel<number>({ capacity: 1 })
    expect(() => sender.sendMany(5 as never)).toThrow('values: expected an iterable, got 5')
    expect(() => sender.sendMany([], { timeoutMs: -1 })).toThrow(RangeError)
    expect(() => sender.send(1, null as never)).toThrow('options: ')
    receiver[Symbol.dispose]()
    sender[Symbol.dispose]()
    expect(() => receiver.case()).toThrow('case: this receiver was disposed')
    expect(() => sender.case(1)).toThrow('case: this sender was disposed')
    expect(() => sender.downgrade()).toThrow('downgrade: this sender was disposed')
    expect(() => sender.setCapacity(1)).toThrow('setCapacity: this sender was disposed')
  })
})
