import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { forward } from '../src/index.ts'
import { channel, idle } from './local.ts'

const three = ['a', 'b', 'c']

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
