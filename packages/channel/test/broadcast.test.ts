import { describe, expect, test } from 'vitest'
import { broadcast } from '../src/broadcast.ts'

describe('broadcast', () => {
  test('gives every subscription every value since it subscribed', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 4 })
    const early = subscribe()
    expect(sender.send(1)).toBe(1)
    const late = subscribe()
    expect([sender.send(2), sender.subscriptions]).toEqual([2, 2])
    sender.close()
    const collect = async (values: AsyncIterable<number>) => {
      const all: number[] = []
      for await (const value of values) all.push(value)
      return all
    }
    expect([await collect(early), await collect(late)]).toEqual([[1, 2], [2]])
  })

  test('wakes those who wait, in order', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 4 })
    const listener = subscribe()
    const waiting = [listener.receive(), listener.receive()]
    sender.send(1)
    sender.send(2)
    expect(await Promise.all(waiting)).toEqual([1, 2])
  })

  test('counts what a slow subscription missed and goes on with the oldest that is there', async () => {
    const lags: number[] = []
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    const listener = subscribe({ onLag: (missed) => lags.push(missed) })
    for (const value of [1, 2, 3, 4, 5]) sender.send(value)
    expect([listener.missed, listener.length]).toEqual([3, 2])
    expect([await listener.receive(), listener.tryReceive(), listener.tryReceive()]).toEqual([4, 5, undefined])
    expect([lags, listener.missed]).toEqual([[3], 3])
  })

  test('stays exact when onLag calls back', async () => {
    const { sender, subscribe } = broadcast<string>({ capacity: 1 })
    const calls: (() => void)[] = [() => sender.send('c'), () => expect(listener.tryReceive()).toBe('c')]
    const listener = subscribe({ onLag: () => calls.shift()?.() })
    sender.send('a')
    sender.send('b')
    expect([listener.tryReceive(), listener.tryReceive(), listener.tryReceive()]).toEqual(['b', 'c', undefined])
    expect([listener.missed, listener.length]).toEqual([1, 0])
  })

  test('costs what it holds, not what it might', () => {
    const { sender } = broadcast<number>({ capacity: 2 ** 30 })
    sender.send(1)
  })

  test('ends with its error after what was sent', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    const [listener, waiting] = [subscribe(), subscribe()]
    const ended = waiting.receive().then(() => waiting.receive())
    sender.send(1)
    sender.close('off')
    expect(await listener.receive()).toBe(1)
    await expect(listener.receive()).rejects.toBe('off')
    await expect(ended).rejects.toBe('off')
    expect(() => listener.tryReceive()).toThrow('off')
    expect([sender.send(2), listener.closed]).toEqual([0, true])
  })

  test('forgets a disposed subscription and ends its waits', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    const listener = subscribe()
    const waiting = listener.receive()
    listener[Symbol.dispose]()
    expect([await waiting, await listener.receive(), sender.send(1)]).toEqual([undefined, undefined, 0])
  })

  test('frees the place of an aborted wait', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    const listener = subscribe()
    await expect(listener.receive({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' })
    await expect(listener.receive({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
    sender.send(1)
    expect(await listener.receive()).toBe(1)
  })

  test('is over for a receive that would not wait when it is closed', async () => {
    for (const error of [undefined, 'off']) {
      const { sender, subscribe } = broadcast<number>({ capacity: 2 })
      const listener = subscribe()
      sender.send(1)
      sender.close(error)
      expect(await listener.receive({ timeoutMs: 0 })).toBe(1)
      const over = listener.receive({ timeoutMs: 0 })
      if (error === undefined) expect(await over).toBeUndefined()
      else await expect(over).rejects.toBe('off')
    }
  })

  test('counts no subscription after the close, and ends it at once', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    const early = subscribe()
    for (let value = 0; value < 5; value++) sender.send(value)
    sender.close()
    const late = subscribe()
    expect([sender.subscriptions, late.closed, late.length]).toEqual([1, true, 0])
    early[Symbol.dispose]()
    expect([await late.receive(), late.tryReceive(), late.length, late.missed]).toEqual([undefined, undefined, 0, 0])
    late[Symbol.dispose]()
    expect(sender.subscriptions).toBe(0)
  })

  test('counts what a subscription missed until it was disposed, and no more', () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    const listener = subscribe()
    for (let value = 0; value < 3; value++) sender.send(value)
    listener[Symbol.dispose]()
    for (let value = 0; value < 9; value++) sender.send(value)
    expect([listener.missed, listener.length]).toEqual([1, 0])
  })

  test('goes on with new subscriptions after there were none', async () => {
    const { sender, subscribe } = broadcast<number>({ capacity: 2 })
    subscribe()[Symbol.dispose]()
    expect(sender.send(0)).toBe(0)
    const listener = subscribe()
    for (const value of [1, 2, 3]) sender.send(value)
    expect([await listener.receive(), await listener.receive(), listener.missed]).toEqual([2, 3, 1])
  })

  test.each([0, 1.5, Number.NaN])('refuses capacity %s', (capacity) => {
    expect(() => broadcast({ capacity })).toThrow(RangeError)
  })

  test('refuses options it has not, naming them', () => {
    expect(() => broadcast(undefined as never)).toThrow('options: expected { capacity }, got undefined')
    expect(() => broadcast({ capacity: 1, overflow: 'wait' } as never)).toThrow('overflow: no such option')
    const { sender, subscribe } = broadcast({ capacity: 1 })
    expect(() => subscribe(null as never)).toThrow('options: expected { onLag }, got null')
    expect(() => subscribe({ onlag() {} } as never)).toThrow('onlag: no such option')
    expect(() => subscribe({ onLag: 5 as never })).toThrow('onLag: expected a function, got 5')
    expect(sender.subscriptions).toBe(0)
  })
})
