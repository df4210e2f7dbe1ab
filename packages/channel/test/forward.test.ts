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

  test('closes the channel with the error of the source, also when that was itself cut short', async () => {
    const [first, second] = [channel<string>({ capacity: 1 }), channel<string>({ capacity: 1 })]
    first.receiver.close()
    const cut = await forward(three, first.sender).catch((error: unknown) => error)
    async function* source() {
      yield 'a'
      throw cut
    }
    await expect(forward(source(), second.sender)).rejects.toBe(cut)
    await second.receiver.receive()
    await expect(second.receiver.receive()).rejects.toBe(cut)
  })

  test('forwards the characters of a string', async () => {
    const { sender, receiver } = channel<string>({ capacity: 8 })
    expect([await forward('abc', sender), await receiver.receiveMany(9), sender.closed]).toEqual([3, three, true])
  })

  describe('with a signal that is aborted already', () => {
    function* generator() {
      yield* three
    }
    const closable: Record<string, () => [Iterable<string> | AsyncIterable<string>, isClosed: () => boolean]> = {
      'a generator': () => {
        const source = generator()
        return [source, () => source.next().done === true]
      },
      'a Node stream': () => {
        const source = Readable.from(three)
        return [source, () => source.destroyed]
      },
      'an iterator that counts': () => {
        let returned = 0
        const source = { next: () => expect.fail(), return: async () => ({ done: true as const, value: ++returned }) }
        return [{ [Symbol.asyncIterator]: () => source }, () => returned === 1]
      },
      'an iterator that cannot close': () => {
        let returned = 0
        const source = {
          next: () => expect.fail(),
          return: () => {
            returned++
            throw new Error('stuck')
          },
        }
        return [{ [Symbol.iterator]: () => source }, () => returned === 1]
      },
      'an array': () => [three, () => true],
    }

    test.each(Object.entries(closable))('takes nothing of %s and closes it, and the channel', async (_, make) => {
      const { sender, receiver } = channel<string>({ capacity: 8 })
      const [source, isClosed] = make()
      const forwarding = forward(source, sender, { signal: AbortSignal.abort('enough') })
      await expect(forwarding).rejects.toMatchObject({ code: 'cut-short', sent: 0, rest: [], cause: 'enough' })
      expect(isClosed()).toBe(true)
      await expect(receiver.receive()).rejects.toBe('enough')
    })

    test('cancels a web stream, and leaves the channel open if told so', async () => {
      const { sender } = channel<string>({ capacity: 8 })
      let cancelled = 0
      const source = new ReadableStream<string>({ cancel: () => void cancelled++ })
      const forwarding = forward(source, sender, { signal: AbortSignal.abort('enough'), close: false })
      await expect(forwarding).rejects.toMatchObject({ code: 'cut-short', cause: 'enough' })
      expect([cancelled, sender.closed]).toEqual([1, false])
    })
  })

  const { sender: open } = channel<string>({ capacity: 8 })
  const misuses: Record<string, [args: unknown[], message: string]> = {
    'no source': [[undefined, open], 'source: expected an iterable or async iterable, got undefined'],
    'a source that is none': [[5, open], 'source: expected an iterable or async iterable, got 5'],
    'no sender': [[[], undefined], 'sender: expected a sender, got undefined'],
    'a sender that is none': [[['a'], {}], 'sender: expected a sender, got [object Object]'],
    'an option it has not': [[three, open, { closes: false }], 'closes: no such option'],
    'options that are none': [[three, open, null], 'options: expected { signal, close }, got null'],
    'a signal that is none': [[three, open, { signal: {} }], 'signal: expected an AbortSignal'],
    'a close that is neither': [[three, open, { close: 'no' }], 'close: expected true or false, got "no"'],
  }

  test.each(Object.entries(misuses))('refuses %s at once, and closes nothing', (_, [args, message]) => {
    expect(() => forward(...(args as Parameters<typeof forward<string>>))).toThrow(message)
    expect([open.closed, open.length]).toEqual([false, 0])
  })
})
