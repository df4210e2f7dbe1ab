import { describe, expect, test } from 'vitest'
import { merge } from '../src/index.ts'
import { channel, idle } from './local.ts'

describe('merge', () => {
  test('ends at once when it is left, also in mid-wait, and takes nothing', async () => {
    const { sender, receiver } = channel<number>({ capacity: 1 })
    const merging = merge([receiver])
    const next = merging.next()
    await idle()
    await merging.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    await sender.send(1)
    expect(receiver.tryReceive()).toBe(1)
  })

  test('gives all values of all receivers and ends with the last', async () => {
    const channels = Array.from({ length: 3 }, () => channel<number>({ capacity: 2 }))
    const all: number[] = []
    const merging = (async () => {
      for await (const value of merge(channels.map(({ receiver }) => receiver))) all.push(value)
    })()
    await Promise.all(channels.map(({ sender }, i) => sender.sendMany([i, i + 3, i + 6]).then(() => sender.close())))
    await merging
    expect(all.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('gives each of several calls at once its value, in their order, when a receiver ends meanwhile', async () => {
    const [a, b] = [channel<string>({ capacity: 4 }), channel<string>({ capacity: 4 })]
    const merging = merge([a.receiver, b.receiver])
    const both = [merging.next(), merging.next()]
    a.sender.close()
    await idle()
    const third = merging.next()
    await b.sender.sendMany(['b1', 'b2', 'b3'])
    b.sender.close()
    const values = (await Promise.all([...both, third])).map(({ value }) => value)
    expect([values, await merging.next()]).toEqual([['b1', 'b2', 'b3'], { done: true, value: undefined }])
  })

  test('ends all of several calls at once when it is left', async () => {
    const { receiver } = channel<string>({ capacity: 4 })
    const merging = merge([receiver])
    const both = Promise.all([merging.next(), merging.next()])
    await idle()
    await merging.return?.()
    const end = { done: true, value: undefined }
    expect([await both, await merging.next(), receiver.stats().waitingReceivers]).toEqual([[end, end], end, 0])
  })

  test('rejects with the error a receiver was closed with', async () => {
    const [a, b] = [channel<string>({ capacity: 4 }), channel<string>({ capacity: 4 })]
    const merging = merge([a.receiver, b.receiver])
    const next = merging.next()
    a.sender.close('burst')
    await expect(next).rejects.toBe('burst')
  })

  test('refuses what is no list of receivers', () => {
    expect(() => merge(undefined as never)).toThrow('receivers: expected an iterable, got undefined')
    expect(() => merge([5 as never])).toThrow('receivers: expected a receiver, got 5')
  })
})
