import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { consume } from '../src/index.ts'
import { channel, idle } from './local.ts'

describe('consume', () => {
  test('hands every value to the handler, never more at once than its concurrency', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const gates: (() => void)[] = []
    let most = 0
    const consumer = consume(
      receiver,
      () => {
        most = Math.max(most, consumer.running)
        return new Promise<void>((resolve) => gates.push(resolve))
      },
      { concurrency: 3 },
    )
    await sender.sendMany([1, 2, 3, 4, 5, 6, 7])
    sender.close()
    while (consumer.handled < 7) {
      await idle()
      gates.shift()?.()
    }
    await consumer.done
    expect([most, consumer.handled, consumer.running]).toEqual([3, 7, 0])
  })

  test('stops at the first error, aborts the context of the others, waits for them, and rejects with it', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const ended: unknown[] = []
    await sender.sendMany([1, 2, 3, 4])
    const consumer = consume(
      receiver,
      async (value, { signal }) => {
        if (value === 2) throw undefined
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        ended.push(value)
      },
      { concurrency: 2 },
    )
    await expect(consumer.done).rejects.toBeUndefined()
    expect([ended, receiver.length]).toEqual([[1], 2])
  })

  test('stops when told, and leaves the other values in the channel', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    let finish = (): void => {}
    const consumer = consume(receiver, () => new Promise<void>((resolve) => (finish = resolve)))
    await sender.sendMany([1, 2])
    await idle()
    const stopping = consumer.stop()
    finish()
    await stopping
    expect([consumer.handled, receiver.length, receiver.stats().waitingReceivers]).toEqual([1, 1, 0])
  })

  test('rejects with an error that comes after stop', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    let fail = (_: unknown): void => {}
    const consumer = consume(receiver, () => new Promise((_, reject) => (fail = reject)))
    await sender.send(1)
    await idle()
    const stopping = consumer.stop()
    fail('burst')
    await expect(stopping).rejects.toBe('burst')
  })

  test('stops with its signal and leaves no listener on it', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const controller = new AbortController()
    const consumer = consume(receiver, () => {}, { signal: controller.signal })
    await sender.send(1)
    await idle()
    controller.abort('enough')
    await expect(consumer.done).rejects.toBe('enough')
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await expect(consume(receiver, () => {}, { signal: controller.signal }).done).rejects.toBe('enough')
  })

  test('rejects with the error the channel was closed with', async () => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const consumer = consume(receiver, () => {})
    sender.close('burst')
    await expect(consumer.done).rejects.toBe('burst')
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses concurrency %s', (concurrency) => {
    const { receiver } = channel<number>({ capacity: 8 })
    expect(() => consume(receiver, () => {}, { concurrency })).toThrow(
      `concurrency: expected an integer from 1, got ${concurrency}`,
    )
  })

  const misuses: Record<string, [args: unknown[], message: string]> = {
    'an option it has not': [[() => {}, { concurency: 10 }], 'concurency: no such option'],
    'options that are none': [[() => {}, null], 'options: expected { concurrency, signal }, got null'],
    'a signal that is none': [[() => {}, { signal: {} }], 'signal: expected an AbortSignal'],
    'a handler that is none': [['tea'], 'handler: expected a function, got "tea"'],
  }

  test.each(Object.entries(misuses))('refuses %s and receives nothing', async (_, [args, message]) => {
    const { sender, receiver } = channel<number>({ capacity: 8 })
    const all = [receiver, ...args] as unknown as Parameters<typeof consume<number>>
    expect(() => consume(...all)).toThrow(message)
    await sender.send(1)
    await idle()
    expect(receiver.length).toBe(1)
  })
})
