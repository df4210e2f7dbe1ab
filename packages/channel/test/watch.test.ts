import { describe, expect, test } from 'vitest'
import { watch } from '../src/watch.ts'
import { idle } from './local.ts'

describe('watch', () => {
  test('shows the latest value, and the first change without waiting', async () => {
    const { sender, receiver } = watch<number>(1)
    expect([receiver.value, await receiver.changed()]).toEqual([1, 1])
    sender.send(2)
    sender.send(3)
    expect([receiver.value, await receiver.changed()]).toEqual([3, 3])
  })

  test('waits for a change; every observer sees it', async () => {
    const { sender, receiver } = watch<string>('cold')
    await receiver.changed()
    const other = receiver.clone()
    const waiting = [receiver.changed(), other.changed()]
    sender.send('hot')
    expect(await Promise.all(waiting)).toEqual(['hot', 'hot'])
  })

  test('shows the same change to calls that wait together', async () => {
    const { sender, receiver } = watch<string>('cold')
    await receiver.changed()
    const both = Promise.all([receiver.changed(), receiver.changed()])
    sender.send('hot')
    expect(await both).toEqual(['hot', 'hot'])
  })

  test('ends after the last value was seen', async () => {
    const { sender, receiver } = watch<string>('cold')
    const seen: string[] = []
    const watching = (async () => {
      for await (const value of receiver) seen.push(value)
    })()
    await idle()
    sender.send('warm')
    sender.send('hot')
    sender.close()
    await watching
    expect([seen, sender.send('cold'), receiver.value]).toEqual([['cold', 'hot'], false, 'hot'])
  })

  test('frees the place of an aborted wait', async () => {
    const { sender, receiver } = watch<string>('cold')
    await receiver.changed()
    await expect(receiver.changed({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' })
    sender.send('hot')
    expect(await receiver.changed()).toBe('hot')
  })

  test('ends its iterator at once when it is left in mid-wait', async () => {
    const { sender, receiver } = watch<string>('cold')
    const watching = receiver[Symbol.asyncIterator]()
    expect(await watching.next()).toEqual({ done: false, value: 'cold' })
    const waiting = watching.next()
    await watching.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    sender.send('hot')
    expect([await watching.next(), await receiver.changed()]).toEqual([{ done: true, value: undefined }, 'hot'])
  })

  test('gives calls of one iterator that wait together a change each', async () => {
    const { sender, receiver } = watch<string>('cold')
    const watching = receiver[Symbol.asyncIterator]()
    const three = Promise.all([watching.next(), watching.next(), watching.next()])
    await idle()
    sender.send('hot')
    await idle()
    sender.close()
    expect((await three).map(({ value }) => value)).toEqual(['cold', 'hot', undefined])
  })

  test('refuses undefined', () => {
    expect(() => watch(undefined as never)).toThrow(TypeError)
    expect(() => watch(1).sender.send(undefined as never)).toThrow(TypeError)
  })
})
