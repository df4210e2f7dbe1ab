import { describe, expect, test } from 'vitest'
import { after, channel, consume, forward, merge, select } from '../src/index.ts'

/** The words of the README, said with what this package exports. */
describe('many things at once', () => {
  test('select takes the first of several', async () => {
    const [a, b] = [channel<string>({ capacity: 1 }), channel<string>({ capacity: 1 })]
    b.sender.trySend('tea')
    const { index, value } = await select([a.receiver.case(), b.receiver.case(), after(10_000)])
    expect([index, value]).toEqual([1, 'tea'])
  })

  test('merge gives the values of several receivers as they come', async () => {
    const channels = [channel<number>({ capacity: 2 }), channel<number>({ capacity: 2 })]
    const all: number[] = []
    const merging = (async () => {
      for await (const value of merge(channels.map(({ receiver }) => receiver))) all.push(value)
    })()
    for (const [index, { sender }] of channels.entries()) {
      await sender.sendMany([index, index + 2])
      sender.close()
    }
    await merging
    expect(all.sort()).toEqual([0, 1, 2, 3])
  })

  test('consume hands every value to a handler', async () => {
    const { sender, receiver } = channel<number>({ capacity: 2 })
    const seen: number[] = []
    const consumer = consume(receiver, (value) => seen.push(value), { concurrency: 2 })
    await sender.sendMany([1, 2, 3])
    sender.close()
    await consumer.done
    expect([seen, consumer.handled]).toEqual([[1, 2, 3], 3])
  })

  test('sendMany, receiveMany and batches move many in one call', async () => {
    const { sender, receiver } = channel<number>({ capacity: 4 })
    expect([await sender.sendMany([1, 2, 3, 4]), await receiver.receiveMany(3)]).toEqual([4, [1, 2, 3]])
    sender.close()
    const batches: number[][] = []
    for await (const batch of receiver.batches(3)) batches.push(batch)
    expect(batches).toEqual([[4]])
  })

  test('forward sends every item of a source, and closes the channel at its end', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const forwarding = forward(['a', 'b'], sender)
    expect([await receiver.receive(), await receiver.receive(), await receiver.receive()]).toEqual([
      'a',
      'b',
      undefined,
    ])
    expect(await forwarding).toBe(2)
  })
})
